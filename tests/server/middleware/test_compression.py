"""Tests that long responses are compressed, but not short ones, event streams and files."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from server.middleware.compression import CompressionMiddleware
from server.protocol.compression import MINIMUM_SIZE
from tests.support.servers.proxied import ProxiedServer

pytestmark = pytest.mark.server

LONG_RESPONSE_QUERY = "{ trackerTypes { key name fields { key label help } } }"
TEXT = "ab" * MINIMUM_SIZE


def fetch_raw(proxied_server: ProxiedServer, document: str, accept_encoding: str) -> tuple[httpx.Headers, bytes]:
    """Send a query, and return the response's headers and undecoded bytes."""
    headers = {**proxied_server.sign_in(), "accept-encoding": accept_encoding}
    with proxied_server.client.stream("POST", "/graphql", json={"query": document}, headers=headers) as response:
        return response.headers, b"".join(response.iter_raw())


def test_long_response(proxied_server: ProxiedServer) -> None:
    plain_headers, plain = fetch_raw(proxied_server, LONG_RESPONSE_QUERY, "identity")
    assert "content-encoding" not in plain_headers
    headers, compressed = fetch_raw(proxied_server, LONG_RESPONSE_QUERY, "br, gzip")
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(compressed))
    assert gzip.decompress(compressed) == plain
    assert len(compressed) < len(plain) / 3
    assert headers["vary"] == plain_headers["vary"] == "Accept-Encoding, Origin"


def test_short_response(proxied_server: ProxiedServer) -> None:
    headers, body = fetch_raw(proxied_server, "{ viewer { member { name } } }", "gzip")
    assert ("content-encoding" in headers, body) == (False, b'{"data":{"viewer":{"member":{"name":"Ada"}}}}')


@pytest.mark.parametrize(
    ("path", "encoding"), [("/text", "gzip"), ("/events", None), ("/files/one", None), ("/files", None)]
)
async def test_which_responses_are_compressed(path: str, encoding: str | None) -> None:
    async def events() -> AsyncIterator[str]:
        yield TEXT

    def text(_request: object) -> PlainTextResponse:
        return PlainTextResponse(TEXT)

    routes = [Route(path, text) for path in ("/text", "/files", "/files/one")]
    routes.append(Route("/events", lambda _: StreamingResponse(events(), media_type="text/event-stream")))
    app = Starlette(routes=routes, middleware=[Middleware(CompressionMiddleware)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.example") as client:
        response = await client.get(path, headers={"accept-encoding": "gzip"})
    assert (response.headers.get("content-encoding"), response.text) == (encoding, TEXT)
