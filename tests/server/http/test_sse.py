"""Server-sent events, by graphql-sse's protocol: what a client reads of a subscription, and how it ends."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import httpx
import pytest

from server.http.sse import StreamLimits
from tests.support.clients.sse import BEAT, COMPLETE, EVENTS, heard, stream
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

BUG = "Internal server error: find it in the server's log by its request id."
BREAKS = "subscription($how: String!) { breaks(how: $how) { name } }"
WAIT = "subscription { wait }"
FIRST = heard(data={"wait": 0})


@pytest.fixture
async def served() -> AsyncIterator[FakeApp]:
    async with sample_api() as one:
        yield one


def refused(message: str) -> tuple[str, object]:
    return heard(errors=[{"message": message, "extensions": {"code": "UNAUTHENTICATED"}}])


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_every_byte(served: FakeApp, method: str) -> None:
    asked = {"query": "subscription { count(upto: 2) }"}
    how = {"params": asked} if method == "GET" else {"json": asked}
    async with httpx.AsyncClient(timeout=10) as client:
        response = await client.request(method, served.url, headers={"accept": EVENTS}, **how)  # type: ignore[arg-type]
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
    assert served.cleaned == ["count"]


async def test_line_ends_in_a_value_stay_in_their_line(served: FakeApp) -> None:
    text = "one\r\ntwo\n\ndata: three\u2028\ud800"
    query = "query($n: String!) { hello(name: $n) }"
    async with stream(served.url, query, variables={"n": text}) as one:
        assert await one.rest() == [heard(data={"hello": f"Hello {text}"}), COMPLETE]


async def test_urql_which_accepts_everything(served: FakeApp) -> None:
    accept = f"application/graphql-response+json, application/graphql+json, application/json, {EVENTS}, multipart/mixed"
    async with stream(served.url, "{ hello }", accept=accept) as one:
        assert one.response.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
        assert await one.response.aread() == b'{"data":{"hello":"Hello you"}}'
    async with stream(served.url, "subscription { count(upto: 1) }", accept=accept) as one:
        assert await one.rest() == [heard(data={"count": "0"}), COMPLETE]


async def test_refused_and_broken_subscriptions(served: FakeApp, caplog: pytest.LogCaptureFixture) -> None:
    first = heard(data={"breaks": {"name": "first"}})
    async with stream(served.url, BREAKS, variables={"how": "signed out"}) as one:
        assert await one.rest() == [refused("Sign in first."), COMPLETE]
    async with stream(served.url, BREAKS, variables={"how": "over"}) as one:
        assert await one.rest() == [first, refused("Signed out elsewhere"), COMPLETE]
    async with stream(served.url, BREAKS, variables={"how": "bug"}) as one:
        assert await one.event() == first
        event, answer = await one.event()
        extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": answer["errors"][0]["extensions"]["requestId"]}
        assert (event, answer) == heard(errors=[{"message": BUG, "extensions": extensions}])
        assert await one.rest() == [COMPLETE]
    assert f"request {extensions['requestId']}: builtins.RuntimeError" in caplog.text
    assert "hunter2" not in caplog.text


async def test_heartbeats_while_nothing_happens() -> None:
    async with sample_api(stream_limits=StreamLimits(heartbeat=0.01)) as served, stream(served.url, WAIT) as one:
        assert [await one.hear() for _ in range(5)] == [BEAT, FIRST, BEAT, BEAT, BEAT]


async def test_session_expires(served: FakeApp) -> None:
    served.session_length = dt.timedelta(seconds=0.2)
    async with stream(served.url, WAIT, token="good") as one:
        assert (await one.rest())[-2:] == [refused("Session expired"), COMPLETE]
    assert served.cleaned == ["wait"]


async def test_member_is_signed_out(served: FakeApp) -> None:
    async with stream(served.url, WAIT, token="good") as hers, stream(served.url, WAIT) as nobodys:
        assert [await one.event() for one in (hers, nobodys)] == [FIRST, FIRST]
        served.contexts.clear()
        served.connections.revalidate("bob")
        served.connections.revalidate("ada")  # whose session holds
        await served.wait_for_contexts(1)
        served.signed_out = True
        served.connections.revalidate("ada")
        assert await hers.rest() == [refused("The session has ended."), COMPLETE]
        assert served.contexts == [("Bearer good", "127.0.0.1")] * 2
        assert served.cleaned == ["wait"]
        await served.connections.shutdown()
        assert await nobodys.rest() == []


async def test_session_that_cannot_be_asked_for_now_goes_on(served: FakeApp) -> None:
    async with stream(served.url, WAIT, token="good") as one:
        assert await one.event() == FIRST
        served.contexts.clear()
        served.fails = True
        served.connections.revalidate("ada")
        await served.wait_for_contexts(1)
        served.fails = False
        await served.connections.shutdown()
        assert await one.rest() == []


async def test_a_client_that_leaves(served: FakeApp) -> None:
    async with stream(served.url, WAIT) as one:
        assert await one.event() == FIRST
    async with asyncio.timeout(10):
        await served.wait_for_cleanup("wait")


async def test_a_client_that_does_not_read() -> None:
    async with sample_api(stream_limits=StreamLimits(send_time=0.2)) as served:
        host, port = served.url.removeprefix("http://").removesuffix("/graphql").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1)
        address = "/graphql?query=subscription{count(pad:100000)}"
        writer.write(f"GET {address} HTTP/1.1\r\nHost: x\r\nAccept: {EVENTS}\r\n\r\n".encode())
        async with asyncio.timeout(10):
            await served.wait_for_cleanup("count")
            # What was on its way still comes, and then the end, in the middle of the chunked body.
            while chunk := await reader.read(1_000_000):
                last = chunk
        assert not last.endswith(b"0\r\n\r\n")
        writer.close()


async def test_a_stream_that_never_waits_leaves_room_for_others(served: FakeApp) -> None:
    async with stream(served.url, "subscription { count }"), stream(served.url, "{ hello }") as other:
        assert await other.rest() == [heard(data={"hello": "Hello you"}), COMPLETE]
    async with asyncio.timeout(10):
        await served.wait_for_cleanup("count")


async def test_server_goes(served: FakeApp) -> None:
    """Without `complete`: clients take that for a lost line, and come back."""
    async with stream(served.url, WAIT) as one:
        assert await one.event() == FIRST
        await served.connections.shutdown()
        assert served.cleaned == ["wait"]
        assert await one.rest() == []
    async with stream(served.url, WAIT) as late:
        assert (late.response.status_code, await late.rest()) == (200, [])
