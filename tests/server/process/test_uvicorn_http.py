"""Tests of the server's HTTP protocol class with endless, malformed and incomplete requests."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.process.uvicorn_http import MAX_URL_BYTES, HttpProtocol
from tests.support.servers.sample_api import sample_api, serving
from tests.support.servers.sample_schema import FakeApp

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = b'{"query": "{ hello }"}'
POST_HEAD = b"POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
REQUEST = POST_HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
MEMBER = b"Authorization: Bearer good\r\n"
"""Without a session, requests have to be shorter."""
HANDSHAKE = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running_server:
        yield running_server


async def response_to(server: FakeApp, *sent: bytes) -> bytes:
    """Send the parts one by one, and return everything that the server sends until it closes the connection."""
    port = int(server.url.rpartition(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(20):
            for part in sent:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.05)  # so that the server reads each part separately
            return await reader.read()
    finally:
        writer.close()


def parse(response: bytes) -> tuple[bytes, Any]:
    """Return the status line and the parsed body of a response."""
    head, _, body = response.partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0], json.loads(body)


def error_result(code: str, message: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


REQUEST_LINE = b"GET /graphql HTTP/1.1\r\nHost: here\r\n"
TOO_LONG = error_result("CONTENT_TOO_LARGE", "The request's headers are too long")
TOO_SLOW = error_result("REQUEST_TIMEOUT", "The request's headers took too long")
URL_TOO_LONG = error_result("CONTENT_TOO_LARGE", "The URL is longer than 65535 bytes: send a long query by POST")
INVALID_HTTP = error_result("BAD_REQUEST", "Invalid HTTP request received")


@pytest.mark.parametrize("repeated", [b"a", b"a\r\nX: "], ids=["one header", "many headers"])
async def test_endless_headers_are_refused(server: FakeApp, repeated: bytes) -> None:
    head = (REQUEST_LINE + b"X: " + repeated * HttpProtocol.max_head_bytes)[: HttpProtocol.max_head_bytes + 1]
    status, body = parse(await response_to(server, head))
    assert (status, body) == (b"HTTP/1.1 431 Request Header Fields Too Large", TOO_LONG)


@pytest.mark.parametrize(
    "rest", [b"", b"a" * 1_000_000, b" HTTP/1.1\r\n\r\n"], ids=["incomplete", "endless", "complete"]
)
async def test_a_url_that_is_too_long_is_refused(server: FakeApp, rest: bytes) -> None:
    url = b"/graphql?query=".ljust(MAX_URL_BYTES + 1, b"a")
    status, body = parse(await response_to(server, b"GET " + url + rest))
    assert (status.split(b" ")[1], body) == (b"414", URL_TOO_LONG)


async def test_a_url_of_the_maximum_length_is_read(server: FakeApp) -> None:
    url = b"/graphql?query={hello}&x=".ljust(MAX_URL_BYTES, b"a")
    status, body = parse(
        await response_to(
            server, b"GET " + url + b" HTTP/1.1\r\n" + MEMBER + b"Host: here\r\nConnection: close\r\n\r\n"
        )
    )
    assert (status, body) == (b"HTTP/1.1 200 OK", {"data": {"hello": "Hello you"}})


async def test_complete_headers_that_are_too_long_are_refused(server: FakeApp) -> None:
    """A head may come in one piece, and a body or a further request behind it."""
    header = b"X: " + b"a" * HttpProtocol.max_head_bytes + b"\r\n"
    head = POST_HEAD + header + b"Content-Length: %d\r\n\r\n" % len(BODY)
    status, body = parse(await response_to(server, head + BODY + REQUEST))
    assert (status, body) == (b"HTTP/1.1 431 Request Header Fields Too Large", TOO_LONG)


async def test_headers_of_the_maximum_length_are_read(server: FakeApp) -> None:
    head = POST_HEAD + b"Connection: close\r\nContent-Length: %d\r\nX: " % len(BODY)
    head = head.ljust(HttpProtocol.max_head_bytes - len(b"\r\n\r\n"), b"a") + b"\r\n\r\n"
    status, body = parse(await response_to(server, head, BODY))
    assert (status, body) == (b"HTTP/1.1 200 OK", {"data": {"hello": "Hello you"}})


@pytest.mark.parametrize("end", [b"0\r\nX: ", b"5;x="], ids=["after the body", "before a chunk"])
async def test_endless_chunk_headers_and_trailers_are_refused(server: FakeApp, end: bytes) -> None:
    head = POST_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (len(BODY), BODY)
    endless = (end + b"a" * HttpProtocol.max_head_bytes)[: HttpProtocol.max_head_bytes + 1]
    status, body = parse(await response_to(server, head + chunk, endless))
    assert (status, body) == (b"HTTP/1.1 431 Request Header Fields Too Large", TOO_LONG)


async def test_a_body_in_very_small_chunks_is_read(server: FakeApp) -> None:
    head = POST_HEAD + MEMBER + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    spaces = b"1\r\n \r\n" * 60_000  # the chunk headers alone are longer than a head may be
    response = await response_to(server, head, spaces, b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY))
    assert parse(response) == (b"HTTP/1.1 200 OK", {"data": {"hello": "Hello you"}})


@pytest.mark.parametrize(
    ("head", "length", "kept"),
    [
        (POST_HEAD, 16_384, 16_384),
        (POST_HEAD, 16_385, 0),
        (POST_HEAD + MEMBER, 16_385, 16_385),
        (POST_HEAD.replace(b"/graphql", b"/other"), 16_385, 16_385),
    ],
    ids=["short", "long", "a member's", "another path"],
)
async def test_a_body_that_a_stranger_may_not_send_is_not_kept(head: bytes, length: int, kept: int) -> None:
    """Its request may have to wait for its turn to be refused."""
    async with serving(_answer_with_body_length, HttpProtocol) as address:
        request = head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % length + b" " * length
        assert parse(await response_to(FakeApp(url=f"{address}/graphql"), request)) == (b"HTTP/1.1 200 OK", kept)


async def _answer_with_body_length(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await Response(str(len(body)))(scope, receive, send)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        POST_HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        POST_HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST_HEAD + b"X: \x00\r\n\r\n",
    ],
    ids=["TLS", "two lengths", "a length and chunks", "a null"],
)
async def test_bytes_that_are_not_http_are_answered_with_json(server: FakeApp, sent: bytes) -> None:
    assert parse(await response_to(server, sent)) == (b"HTTP/1.1 400 Bad Request", INVALID_HTTP)


class ShortTimeoutProtocol(HttpProtocol):
    head_timeout = 0.2


@pytest.mark.slow  # uvicorn keeps an idle connection for five seconds
@pytest.mark.parametrize("sent", [b"", REQUEST], ids=["nothing", "one request"])
async def test_a_connection_without_a_further_request_is_closed(sent: bytes) -> None:
    async with sample_api(http_protocol=ShortTimeoutProtocol) as server:
        response = await response_to(server, sent)
    assert response.count(b"HTTP/1.1 ") == sent.count(BODY)


@pytest.mark.parametrize("sent", [REQUEST_LINE, REQUEST + REQUEST_LINE], ids=["half a head", "another half"])
async def test_an_incomplete_head_times_out(sent: bytes) -> None:
    async with sample_api(http_protocol=ShortTimeoutProtocol) as server:
        response = await response_to(server, sent)
    assert response.count(b"HTTP/1.1 ") == sent.count(BODY) + 1
    status, body = parse(response[response.rindex(b"HTTP/1.1 ") :])
    assert (status, body) == (b"HTTP/1.1 408 Request Timeout", TOO_SLOW)


async def test_a_stream_ignores_bytes_after_its_request() -> None:
    class ShortTimeoutProtocol(HttpProtocol):
        head_timeout = 0.01

    body = b'{"query": "subscription { count(upto: 3) }"}'
    head = POST_HEAD + b"Accept: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with sample_api(http_protocol=ShortTimeoutProtocol) as server:
        response = await response_to(server, head + body + REQUEST_LINE)
    assert response.count(b"event: next") == 3
    assert b"event: complete" in response


@pytest.mark.parametrize(
    "sent",
    [
        POST_HEAD + HANDSHAKE + KEY + b"Content-Length: 2\r\n\r\n{}",
        REQUEST_LINE + HANDSHAKE + KEY + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
    ],
    ids=["POST", "a long header"],
)
async def test_a_request_that_is_not_a_handshake_is_refused(server: FakeApp, sent: bytes) -> None:
    status, body = parse(await response_to(server, sent))
    assert status == b"HTTP/1.1 400 Bad Request"
    assert body == error_result("BAD_REQUEST", "This is not a WebSocket handshake")
