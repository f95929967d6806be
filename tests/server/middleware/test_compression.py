"""Long answers go out compressed to whoever can read that; short ones, streams of events and files as they are."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from server.middleware.compression import MINIMUM_SIZE, CompressionMiddleware
from tests.server.conftest import Front

pytestmark = pytest.mark.server

LONG = "{ trackerTypes { key name fields { key label help } } }"
TEXT = "ab" * MINIMUM_SIZE


def raw(front: Front, document: str, accepted: str) -> tuple[httpx.Headers, bytes]:
    """The headers and the bytes as they came over the line."""
    headers = {**front.sign_in(), "accept-encoding": accepted}
    with front.client.stream("POST", "/graphql", json={"query": document}, headers=headers) as answer:
        return answer.headers, b"".join(answer.iter_raw())


def test_a_long_answer(front: Front) -> None:
    plain_headers, plain = raw(front, LONG, "identity")
    assert "content-encoding" not in plain_headers
    headers, compressed = raw(front, LONG, "br, gzip")
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(compressed))
    assert gzip.decompress(compressed) == plain
    assert len(compressed) < len(plain) / 3
    assert headers["vary"] == plain_headers["vary"] == "Accept-Encoding, Origin"


def test_a_short_answer(front: Front) -> None:
    headers, body = raw(front, "{ viewer { member { name } } }", "gzip")
    assert ("content-encoding" in headers, body) == (False, b'{"data":{"viewer":{"member":{"name":"Ada"}}}}')


@pytest.mark.parametrize(
    ("path", "encoding"), [("/text", "gzip"), ("/events", None), ("/files/one", None), ("/files", None)]
)
async def test_what_is_left_as_it_is(path: str, encoding: str | None) -> None:
    async def events() -> AsyncIterator[str]:
        yield TEXT

    def text(_request: object) -> PlainTextResponse:
        return PlainTextResponse(TEXT)

    routes = [Route(one, text) for one in ("/text", "/files", "/files/one")]
    routes.append(Route("/events", lambda _: StreamingResponse(events(), media_type="text/event-stream")))
    app = Starlette(routes=routes, middleware=[Middleware(CompressionMiddleware)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.example") as client:
        answer = await client.get(path, headers={"accept-encoding": "gzip"})
    assert (answer.headers.get("content-encoding"), answer.text) == (encoding, TEXT)
