"""Tests of subscriptions as server-sent events: what a client receives, and how a stream ends."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import httpx
import pytest

from server.http.sse import StreamLimits
from tests.support.clients.sse import COMPLETE, EVENT_STREAM, HEARTBEAT, result_event, stream
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

INTERNAL_ERROR = "Internal server error: find it in the server's log by its request id."
FAILING_SUBSCRIPTION = "subscription($how: String!) { breaks(how: $how) { name } }"
WAIT = "subscription { wait }"
FIRST_EVENT = result_event(data={"wait": 0})


@pytest.fixture
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running:
        yield running


def unauthenticated(message: str) -> tuple[str, object]:
    return result_event(errors=[{"message": message, "extensions": {"code": "UNAUTHENTICATED"}}])


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_bytes_of_a_stream(server: FakeApp, method: str) -> None:
    request = {"query": "subscription { count(upto: 2) }"}
    options = {"params": request} if method == "GET" else {"json": request}
    async with httpx.AsyncClient(timeout=10) as client:
        response = await client.request(method, server.url, headers={"accept": EVENT_STREAM}, **options)  # type: ignore[arg-type]
    assert response.content == (
        b":\n\n"
        b'event: next\ndata: {"data":{"count":"0"}}\n\n'
        b'event: next\ndata: {"data":{"count":"1"}}\n\n'
        b"event: complete\ndata:\n\n"
    )
    assert response.status_code == 200
    names = ("content-type", "cache-control", "x-accel-buffering", "transfer-encoding")
    assert [response.headers[name] for name in names] == [
        "text/event-stream; charset=utf-8",
        "no-store",
        "no",
        "chunked",
    ]
    assert server.cleaned == ["count"]


async def test_line_breaks_in_a_value(server: FakeApp) -> None:
    text = "one\r\ntwo\n\ndata: three\u2028\ud800"
    query = "query($n: String!) { hello(name: $n) }"
    async with stream(server.url, query, variables={"n": text}) as events:
        assert await events.remaining() == [result_event(data={"hello": f"Hello {text}"}), COMPLETE]


async def test_accept_header_of_urql(server: FakeApp) -> None:
    accept = f"application/graphql-response+json, application/graphql+json, application/json, {EVENT_STREAM}, multipart/mixed"
    async with stream(server.url, "{ hello }", accept=accept) as events:
        assert events.response.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
        assert await events.response.aread() == b'{"data":{"hello":"Hello you"}}'
    async with stream(server.url, "subscription { count(upto: 1) }", accept=accept) as events:
        assert await events.remaining() == [result_event(data={"count": "0"}), COMPLETE]


async def test_failing_subscriptions(server: FakeApp, caplog: pytest.LogCaptureFixture) -> None:
    first = result_event(data={"breaks": {"name": "first"}})
    async with stream(server.url, FAILING_SUBSCRIPTION, variables={"how": "signed out"}) as events:
        assert await events.remaining() == [unauthenticated("Sign in first."), COMPLETE]
    async with stream(server.url, FAILING_SUBSCRIPTION, variables={"how": "session ended"}) as events:
        assert await events.remaining() == [first, unauthenticated("Signed out elsewhere"), COMPLETE]
    async with stream(server.url, FAILING_SUBSCRIPTION, variables={"how": "bug"}) as events:
        assert await events.next_event() == first
        next_event, answer = await events.next_event()
        extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": answer["errors"][0]["extensions"]["requestId"]}
        assert (next_event, answer) == result_event(errors=[{"message": INTERNAL_ERROR, "extensions": extensions}])
        assert await events.remaining() == [COMPLETE]
    assert f"request {extensions['requestId']}: builtins.RuntimeError" in caplog.text
    assert "hunter2" not in caplog.text


async def test_heartbeats() -> None:
    async with sample_api(stream_limits=StreamLimits(heartbeat=0.01)) as server, stream(server.url, WAIT) as events:
        assert [await events.receive() for _ in range(5)] == [HEARTBEAT, FIRST_EVENT, HEARTBEAT, HEARTBEAT, HEARTBEAT]


async def test_session_expires(server: FakeApp) -> None:
    server.session_length = dt.timedelta(seconds=0.2)
    async with stream(server.url, WAIT, token="good") as events:
        assert (await events.remaining())[-2:] == [unauthenticated("Session expired"), COMPLETE]
    assert server.cleaned == ["wait"]


async def test_member_signs_out(server: FakeApp) -> None:
    async with stream(server.url, WAIT, token="good") as ada, stream(server.url, WAIT) as anonymous:
        assert [await events.next_event() for events in (ada, anonymous)] == [FIRST_EVENT, FIRST_EVENT]
        server.connections.revalidate("bob")
        server.connections.revalidate("ada")  # whose session is valid
        await server.wait_for_checks(1)
        server.signed_out = True
        server.connections.revalidate("ada")
        assert await ada.remaining() == [unauthenticated("The session has ended."), COMPLETE]
        assert [[session for session, _ in sessions] for sessions in server.checked] == [["ada"]] * 2
        assert server.cleaned == ["wait"]
        await server.connections.shutdown()
        assert await anonymous.remaining() == []


async def test_stream_stays_open_if_the_session_cannot_be_checked(server: FakeApp) -> None:
    async with stream(server.url, WAIT, token="good") as events:
        assert await events.next_event() == FIRST_EVENT
        server.fails = True
        server.connections.revalidate("ada")
        await server.wait_for_checks(1)
        server.fails = False
        await server.connections.shutdown()
        assert await events.remaining() == []


async def test_client_disconnects(server: FakeApp) -> None:
    async with stream(server.url, WAIT) as events:
        assert await events.next_event() == FIRST_EVENT
    async with asyncio.timeout(10):
        await server.wait_for_cleanup("wait")


async def test_client_does_not_read() -> None:
    async with sample_api(stream_limits=StreamLimits(send_timeout=0.2)) as server:
        host, port = server.url.removeprefix("http://").removesuffix("/graphql").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1)
        address = "/graphql?query=subscription{count(pad:100000)}"
        writer.write(f"GET {address} HTTP/1.1\r\nHost: x\r\nAccept: {EVENT_STREAM}\r\n\r\n".encode())
        async with asyncio.timeout(10):
            await server.wait_for_cleanup("count")
            # Data that was already sent still arrives; then the connection ends in the middle of the chunked body.
            while chunk := await reader.read(1_000_000):
                last = chunk
        assert not last.endswith(b"0\r\n\r\n")
        writer.close()


async def test_busy_stream_does_not_block_others(server: FakeApp) -> None:
    async with stream(server.url, "subscription { count }"), stream(server.url, "{ hello }") as other:
        assert await other.remaining() == [result_event(data={"hello": "Hello you"}), COMPLETE]
    async with asyncio.timeout(10):
        await server.wait_for_cleanup("count")


async def test_server_shuts_down(server: FakeApp) -> None:
    """A stream ends without ``complete``, so that clients treat this as a lost connection and reconnect."""
    async with stream(server.url, WAIT) as events:
        assert await events.next_event() == FIRST_EVENT
        await server.connections.shutdown()
        assert server.cleaned == ["wait"]
        assert await events.remaining() == []
    async with stream(server.url, WAIT) as late:
        assert (late.response.status_code, await late.remaining()) == (200, [])
