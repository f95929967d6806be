"""Tests of operations over WebSocket: what a client receives, and how operations end."""

import asyncio
import datetime as dt
import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.websocket.limits import SocketLimits
from tests.support.clients.websocket import (
    INIT,
    INIT_AS_ADA,
    WebSocketClient,
    complete,
    next_message,
    open_client,
    subscribe,
)
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

INTERNAL_ERROR = "Internal server error: find it in the server's log by its request id."

WRITE_X = 'mutation { write(text: "x") }'


@pytest.fixture
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running:
        yield running


async def test_queries_and_mutations(server: FakeApp) -> None:
    async with open_client(server, INIT_AS_ADA) as client:
        await client.send(
            subscribe("query($n: String!) { hello(name: $n) who }", variables={"n": "Bo"}, extensions=None)
        )
        assert await client.receive() == next_message("1", data={"hello": "Hello Bo", "who": "ada"})
        assert await client.receive() == complete()
        await client.send(subscribe('mutation { write(text: "x") }'))
        assert await client.receive() == next_message("1", data={"write": "x"})
        assert await client.receive() == complete()
    assert server.written == ["x"]


@asynccontextmanager
async def full_connection() -> AsyncIterator[tuple[FakeApp, WebSocketClient]]:
    """Open a client that reads nothing until it resumes reading, and has been sent more than the buffers hold."""
    limits = SocketLimits(max_unread_bytes=100_000_000)
    async with sample_api(socket_limits=limits) as server, open_client(server, INIT_AS_ADA, max_size=None) as client:
        client.connection.transport.pause_reading()
        await client.send(subscribe("subscription { count(pad: 20000000) }", "a"))
        await asyncio.to_thread(select.select, [client.connection.transport.get_extra_info("socket")], [], [])
        yield server, client


async def wait_for_written(server: FakeApp, *texts: str) -> None:
    async with asyncio.timeout(10):
        while server.written != [*texts]:
            await asyncio.sleep(0.01)


async def test_a_message_that_waits_is_not_sent_to_another_operation_with_its_id() -> None:
    async with full_connection() as (server, client):
        await client.send(subscribe(WRITE_X, "b"))
        await wait_for_written(server, "x")
        await client.send(subscribe(WRITE_X, "c"))
        await wait_for_written(server, "x", "x")
        await client.send(complete("b"), subscribe("{ who }", "b"), complete("a"))
        async with asyncio.timeout(10):
            while len(server.contexts) != 5:
                await asyncio.sleep(0.01)
        client.connection.transport.resume_reading()
        received = [await client.receive() for _ in range(5)]
    assert (received[0]["id"], received[1:3]) == ("a", [next_message("c", data={"write": "x"}), complete("c")])
    assert received[3:] == [next_message("b", data={"who": "ada"}), complete("b")]


async def test_an_id_is_in_use_as_long_as_a_message_of_its_operation_waits() -> None:
    async with full_connection() as (server, client):
        await client.send(subscribe(WRITE_X, "b"))
        await wait_for_written(server, "x")
        await client.send(subscribe("{ who }", "b"))
        await asyncio.sleep(0.1)
        client.connection.transport.resume_reading()
        assert await client.wait_closed() == (4409, "Subscriber for b already exists")


async def test_each_operation_has_a_context_of_its_own(server: FakeApp) -> None:
    async with open_client(server, INIT_AS_ADA) as client:
        for number in ("1", "2"):
            await client.send(subscribe("{ who }", number))
            assert await client.receive() == next_message(number, data={"who": "ada"})
            assert await client.receive() == complete(number)
    assert server.contexts == [("Bearer good", "127.0.0.1")] * 3


async def test_subscription(server: FakeApp) -> None:
    async with open_client(server, INIT) as client:
        await client.send(subscribe("subscription { count(upto: 3) }"))
        for number in ("0", "1", "2"):
            assert await client.receive() == next_message("1", data={"count": number})
        assert await client.receive() == complete()
    assert server.cleaned == ["count"]


async def test_errors_leave_other_operations_running(server: FakeApp) -> None:
    async with open_client(server, INIT_AS_ADA) as client:
        await client.send(subscribe("subscription { wait }", "w"))
        assert await client.receive() == next_message("w", data={"wait": 0})
        for query, code in (
            ("{", "GRAPHQL_PARSE_FAILED"),
            ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
            ("query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILURE"),
            ("query($n: String!) { hello(name: $n) }", "BAD_USER_INPUT"),
        ):
            await client.send(subscribe(query))
            answer = await client.receive()
            assert (answer["type"], answer["id"]) == ("error", "1")
            assert [error["extensions"]["code"] for error in answer["payload"]] == [code]
        await client.send(subscribe("{ hello }"))
        assert await client.receive() == next_message("1", data={"hello": "Hello you"})
        assert await client.receive() == complete()
        assert server.cleaned == []


async def test_complete_cancels_the_subscription(server: FakeApp) -> None:
    async with open_client(server, INIT) as client:
        await client.send(complete("unknown"), subscribe("subscription { wait }"))
        assert await client.receive() == next_message("1", data={"wait": 0})
        # The id can be reused at once, and nothing more is sent for the cancelled operation.
        await client.send(complete(), subscribe("{ hello }"))
        assert await client.receive() == next_message("1", data={"hello": "Hello you"})
        assert await client.receive() == complete()
        assert server.cleaned == ["wait"]


async def test_client_disconnects(server: FakeApp) -> None:
    async with open_client(server, INIT) as client:
        await client.send(subscribe("subscription { wait }"), subscribe("subscription { wait }", "2"))
        assert [(await client.receive())["type"] for _ in range(2)] == ["next", "next"]
        client.connection.transport.abort()
    async with asyncio.timeout(10):
        await server.wait_for_cleanup("wait", "wait")


async def test_failing_subscriptions(server: FakeApp, caplog: pytest.LogCaptureFixture) -> None:
    breaks = "subscription($how: String!) { breaks(how: $how) { name } }"
    first = next_message("1", data={"breaks": {"name": "first"}})
    async with open_client(server, INIT) as client:
        await client.send(subscribe(breaks, variables={"how": "signed out"}))
        unauthenticated = {"message": "Sign in first.", "extensions": {"code": "UNAUTHENTICATED"}}
        assert await client.receive() == {"type": "error", "id": "1", "payload": [unauthenticated]}
        await client.send(subscribe(breaks, variables={"how": "bug"}))
        assert await client.receive() == first
        error = await client.receive()
        request_id = error["payload"][0]["extensions"]["requestId"]
        extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
        assert error == {"type": "error", "id": "1", "payload": [{"message": INTERNAL_ERROR, "extensions": extensions}]}
        assert f"request {request_id}: builtins.RuntimeError" in caplog.text
        await client.send(subscribe(breaks, variables={"how": "session ended"}))
        assert await client.receive() == first
        assert await client.wait_closed() == (4403, "Signed out elsewhere")
    assert "hunter2" not in caplog.text


async def test_error_while_authenticating(server: FakeApp, caplog: pytest.LogCaptureFixture) -> None:
    async with open_client(server, INIT) as client:
        server.fails = True
        await client.send(subscribe("{ hello }"))
        answer = await client.receive()
        assert (answer["type"], answer["payload"][0]["message"]) == ("error", INTERNAL_ERROR)
    async with open_client(server) as another:
        await another.send(INIT)
        assert await another.wait_closed() == (4500, "Internal server error")
    assert "hunter2" not in caplog.text


async def test_session_expires(server: FakeApp) -> None:
    server.session_length = dt.timedelta(seconds=0.2)
    async with open_client(server, INIT_AS_ADA) as client:
        assert await client.wait_closed() == (4403, "Session expired")


async def test_too_many_operations() -> None:
    async with sample_api(socket_limits=SocketLimits(operations=2)) as server, open_client(server, INIT) as client:
        await client.send(*(subscribe("subscription { wait }", number) for number in "ab"))
        assert [await client.receive(), await client.receive()] == [
            next_message(number, data={"wait": 0}) for number in "ab"
        ]
        await client.send(subscribe("{ hello }", "c"))
        error = {
            "message": "At most 2 operations at a time on one connection",
            "extensions": {"code": "TOO_MANY_OPERATIONS"},
        }
        assert await client.receive() == {"type": "error", "id": "c", "payload": [error]}


async def test_too_many_operations_at_once() -> None:
    async with sample_api(socket_limits=SocketLimits(operations=2)) as server, open_client(server, INIT) as client:
        await client.send(*(subscribe("subscription { wait }", number) for number in "abc"))
        answers = [await client.receive() for _ in "abc"]
        assert {answer["id"]: answer["type"] for answer in answers} == {"a": "next", "b": "next", "c": "error"}


@pytest.mark.slow
async def test_client_does_not_read() -> None:
    limits = SocketLimits(send_timeout=0.2)
    async with (
        sample_api(socket_limits=limits) as server,
        open_client(server, INIT, max_queue=1, compression=None) as client,
    ):
        await client.send(subscribe("subscription { count(pad: 100000) }"))
        async with asyncio.timeout(10):
            await server.wait_for_cleanup("count")
        assert await client.wait_closed() == (1013, "Too slow; resume with `after`")


async def test_busy_subscription_does_not_block_others(server: FakeApp) -> None:
    async with open_client(server, INIT) as client:
        await client.send(subscribe("subscription { count }", "c"), subscribe("{ hello }"))
        while await client.receive() != next_message("1", data={"hello": "Hello you"}):
            pass
        await client.send(complete("c"))
        async with asyncio.timeout(10):
            await server.wait_for_cleanup("count")


async def test_server_shuts_down(server: FakeApp) -> None:
    async with open_client(server, INIT) as client, open_client(server) as uninitialised:
        await client.send(subscribe("subscription { wait }"))
        assert await client.receive() == next_message("1", data={"wait": 0})
        await server.connections.shutdown()
        assert server.cleaned == ["wait"]
        assert await client.wait_closed() == (1001, "Going away")
        assert await uninitialised.wait_closed() == (1001, "Going away")
        async with open_client(server) as late:
            assert await late.wait_closed() == (1001, "Going away")
