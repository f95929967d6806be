"""Below GraphQL: requests that have no end, or are none, on the bare line."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from server.process import uvicorn_http
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = b'{"query": "{ hello }"}'
POST = b"POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
WHOLE = POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
HANDSHAKE = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served() -> AsyncIterator[FakeApp]:
    async with sample_api() as one:
        yield one


async def told(served: FakeApp, *sent: bytes) -> bytes:
    """All that the server says, until it closes the connection."""
    port = int(served.url.rpartition(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(20):
            for part in sent:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.05)  # for the server to have read it by itself
            return await reader.read()
    finally:
        writer.close()


def answer(said: bytes) -> tuple[bytes, Any]:
    """The status line and the body of one answer."""
    head, _, body = said.partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0], json.loads(body)


def error(code: str, message: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


LINE = b"GET /graphql HTTP/1.1\r\n"
TOO_LONG = error("CONTENT_TOO_LARGE", "The request's headers are too long")
NO_HTTP = error("BAD_REQUEST", "Invalid HTTP request received")


@pytest.mark.parametrize("more", [b"a", b"a\r\nX: "], ids=["one header", "many headers"])
async def test_headers_without_end_are_refused(served: FakeApp, more: bytes) -> None:
    head = (LINE + b"X: " + more * uvicorn_http.LARGEST_HEAD)[: uvicorn_http.LARGEST_HEAD + 1]
    status, body = answer(await told(served, head))
    assert (status, body) == (b"HTTP/1.1 431 Request Header Fields Too Large", TOO_LONG)


async def test_headers_as_long_as_is_allowed_are_read(served: FakeApp) -> None:
    rest = b"\r\nConnection: close\r\n" + WHOLE.removeprefix(POST.partition(b"\r\n")[0] + b"\r\n")
    first = POST.partition(b"\r\n")[0] + b"\r\nX: "
    head = first + b"a" * (uvicorn_http.LARGEST_HEAD - len(first))
    status, body = answer(await told(served, head, rest))
    assert (status, body) == (b"HTTP/1.1 200 OK", {"data": {"hello": "Hello you"}})


@pytest.mark.parametrize("end", [b"0\r\nX: ", b"5;x="], ids=["after the body", "before a chunk"])
async def test_what_has_no_end_beside_a_body_is_refused(served: FakeApp, end: bytes) -> None:
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (len(BODY), BODY)
    endless = (end + b"a" * uvicorn_http.LARGEST_HEAD)[: uvicorn_http.LARGEST_HEAD + 1]
    status, body = answer(await told(served, head + chunk, endless))
    assert (status, body) == (b"HTTP/1.1 431 Request Header Fields Too Large", TOO_LONG)


async def test_a_body_in_very_small_chunks_is_read(served: FakeApp) -> None:
    head = POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    spaces = b"1\r\n \r\n" * 60_000  # more bytes around it than a head may have
    said = await told(served, head, spaces, b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY))
    assert answer(said) == (b"HTTP/1.1 200 OK", {"data": {"hello": "Hello you"}})


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"X: \x00\r\n\r\n",
    ],
    ids=["TLS", "two lengths", "a length and chunks", "a null"],
)
async def test_what_is_no_http_is_told_so_in_json(served: FakeApp, sent: bytes) -> None:
    assert answer(await told(served, sent)) == (b"HTTP/1.1 400 Bad Request", NO_HTTP)


@pytest.mark.parametrize("sent", [b"", LINE, WHOLE + LINE], ids=["nothing", "half a head", "another half"])
async def test_a_connection_that_brings_no_request_is_closed(
    served: FakeApp, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uvicorn_http, "HEAD_SECONDS", 0.2)
    said = await told(served, sent)
    assert said.count(b"HTTP/1.1 ") == sent.count(BODY)


async def test_a_stream_goes_on_whatever_comes_behind_it(served: FakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvicorn_http, "HEAD_SECONDS", 0.01)
    body = b'{"query": "subscription { count(upto: 3) }"}'
    head = POST + b"Accept: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(body)
    said = await told(served, head + body + LINE)
    assert said.count(b"event: next") == 3
    assert b"event: complete" in said


@pytest.mark.parametrize(
    "sent",
    [
        POST + HANDSHAKE + KEY + b"Content-Length: 2\r\n\r\n{}",
        LINE + HANDSHAKE + KEY + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
    ],
    ids=["POST", "a long header"],
)
async def test_what_is_no_handshake_is_told_so(served: FakeApp, sent: bytes) -> None:
    status, body = answer(await told(served, sent))
    assert status == b"HTTP/1.1 400 Bad Request"
    assert body == error("BAD_REQUEST", "This is no handshake of a WebSocket")
