"""Tests that the head of a response is sent with its body, and of responses whose body comes late or never."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from tests.support.servers.sample_api import serving

HOST = b"Host: here\r\n"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Respond as the path asks for."""
    if scope["path"] == "/head-only":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        return
    if scope["path"] == "/stream":

        async def parts() -> AsyncIterator[bytes]:
            yield b"one"
            await asyncio.sleep(0.05)
            yield b"two"

        await StreamingResponse(parts())(scope, receive, send)
        return
    body = await Request(scope, receive).body()
    await PlainTextResponse(body, 204 if scope["path"] == "/empty" else 200)(scope, receive, send)


@asynccontextmanager
async def connection() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with serving(app) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        try:
            async with asyncio.timeout(20):
                yield reader, writer
        finally:
            writer.close()


async def received(sent: bytes) -> list[bytes]:
    """Send one request, and return what is read from the socket until the server closes the connection."""
    parts = []
    async with connection() as (reader, writer):
        writer.write(sent)
        while part := await reader.read(65_536):
            parts.append(part)
    return parts


def post(path: bytes, *, headers: bytes = b"", body: bytes = b"text") -> bytes:
    return b"POST " + path + b" HTTP/1.1\r\n" + HOST + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


CLOSE = b"Connection: close\r\n"


async def test_head_and_body_arrive_together() -> None:
    (response,) = await received(post(b"/", headers=CLOSE))
    assert response.startswith(b"HTTP/1.1 200 OK\r\n")
    assert response.endswith(b"\r\n\r\ntext")


async def test_first_part_of_a_stream_arrives_with_the_head() -> None:
    first, *rest = await received(b"GET /stream HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n")
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert first.endswith(b"\r\n\r\n3\r\none\r\n")
    assert b"".join(rest) == b"3\r\ntwo\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"HEAD / HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", b"200 OK"),
        (post(b"/", headers=CLOSE, body=b""), b"200 OK"),
        (post(b"/empty", headers=CLOSE, body=b""), b"204 No Content"),
        (post(b"/head-only"), b"200 OK"),
    ],
    ids=["HEAD", "empty", "204", "cut off"],
)
async def test_head_without_a_body(sent: bytes, status: bytes) -> None:
    response = b"".join(await received(sent))
    assert response.startswith(b"HTTP/1.1 " + status + b"\r\n")
    assert response.endswith(b"\r\n\r\n")


async def test_request_to_continue_is_sent_at_once() -> None:
    async with connection() as (reader, writer):
        head, _, body = post(b"/", headers=CLOSE + b"Expect: 100-continue\r\n").partition(b"\r\n\r\n")
        writer.write(head + b"\r\n\r\n")
        assert await reader.read(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await reader.read()).endswith(b"\r\n\r\ntext")


async def test_requests_sent_at_once_are_answered_in_order() -> None:
    requests = [post(b"/", body=b"one"), post(b"/empty", body=b""), post(b"/", headers=CLOSE, body=b"three")]
    response = b"".join(await received(b"".join(requests)))
    statuses = [part.partition(b"\r\n")[0] for part in response.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200 OK", b"204 No Content", b"200 OK"]
    assert [part.partition(b"\r\n\r\n")[2] for part in response.split(b"HTTP/1.1 ")[1:]] == [b"one", b"", b"three"]
