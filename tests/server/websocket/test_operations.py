"""Operations over the socket: what a real client hears, and how they end."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from server.websocket.limits import SocketLimits
from tests.support.clients.websocket import GOOD, INIT, ask, client, complete, heard
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

BUG = "Internal server error: find it in the server's log by its request id."


@pytest.fixture
async def served() -> AsyncIterator[FakeApp]:
    async with sample_api() as one:
        yield one


async def test_queries_and_mutations(served: FakeApp) -> None:
    async with client(served, GOOD) as one:
        await one.send(ask("query($n: String!) { hello(name: $n) who }", variables={"n": "Bo"}, extensions=None))
        assert await one.hear() == heard("1", data={"hello": "Hello Bo", "who": "ada"})
        assert await one.hear() == complete()
        await one.send(ask('mutation { write(text: "x") }'))
        assert await one.hear() == heard("1", data={"write": "x"})
        assert await one.hear() == complete()
    assert served.written == ["x"]


async def test_a_context_for_each_operation(served: FakeApp) -> None:
    async with client(served, GOOD) as one:
        for number in ("1", "2"):
            await one.send(ask("{ who }", number))
            assert await one.hear() == heard(number, data={"who": "ada"})
            assert await one.hear() == complete(number)
    assert served.contexts == [("Bearer good", "127.0.0.1")] * 3


async def test_subscription(served: FakeApp) -> None:
    async with client(served, INIT) as one:
        await one.send(ask("subscription { count(upto: 3) }"))
        for number in ("0", "1", "2"):
            assert await one.hear() == heard("1", data={"count": number})
        assert await one.hear() == complete()
    assert served.cleaned == ["count"]


async def test_errors_leave_other_operations_alive(served: FakeApp) -> None:
    async with client(served, INIT) as one:
        await one.send(ask("subscription { wait }", "w"))
        assert await one.hear() == heard("w", data={"wait": 0})
        for query, code in (
            ("{", "GRAPHQL_PARSE_FAILED"),
            ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
            ("query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILURE"),
            ("query($n: String!) { hello(name: $n) }", "BAD_USER_INPUT"),
        ):
            await one.send(ask(query))
            answer = await one.hear()
            assert (answer["type"], answer["id"]) == ("error", "1")
            assert [error["extensions"]["code"] for error in answer["payload"]] == [code]
        await one.send(ask("{ hello }"))
        assert await one.hear() == heard("1", data={"hello": "Hello you"})
        assert await one.hear() == complete()
        assert served.cleaned == []


async def test_complete_ends_the_generator(served: FakeApp) -> None:
    async with client(served, INIT) as one:
        await one.send(complete("unknown"), ask("subscription { wait }"))
        assert await one.hear() == heard("1", data={"wait": 0})
        # The id is free at once, and nothing more is said of the old operation.
        await one.send(complete(), ask("{ hello }"))
        assert await one.hear() == heard("1", data={"hello": "Hello you"})
        assert await one.hear() == complete()
        assert served.cleaned == ["wait"]


async def test_a_client_that_leaves(served: FakeApp) -> None:
    async with client(served, INIT) as one:
        await one.send(ask("subscription { wait }"), ask("subscription { wait }", "2"))
        assert [(await one.hear())["type"] for _ in range(2)] == ["next", "next"]
        one.connection.transport.abort()
    async with asyncio.timeout(10):
        await served.wait_for_cleanup("wait", "wait")


async def test_refused_and_broken_subscriptions(served: FakeApp, caplog: pytest.LogCaptureFixture) -> None:
    breaks = "subscription($how: String!) { breaks(how: $how) { name } }"
    first = heard("1", data={"breaks": {"name": "first"}})
    async with client(served, INIT) as one:
        await one.send(ask(breaks, variables={"how": "signed out"}))
        unauthenticated = {"message": "Sign in first.", "extensions": {"code": "UNAUTHENTICATED"}}
        assert await one.hear() == {"type": "error", "id": "1", "payload": [unauthenticated]}
        await one.send(ask(breaks, variables={"how": "bug"}))
        assert await one.hear() == first
        error = await one.hear()
        request_id = error["payload"][0]["extensions"]["requestId"]
        extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
        assert error == {"type": "error", "id": "1", "payload": [{"message": BUG, "extensions": extensions}]}
        assert f"request {request_id}: builtins.RuntimeError" in caplog.text
        await one.send(ask(breaks, variables={"how": "over"}))
        assert await one.hear() == first
        assert await one.closed() == (4403, "Signed out elsewhere")
    assert "hunter2" not in caplog.text


async def test_a_broken_context(served: FakeApp, caplog: pytest.LogCaptureFixture) -> None:
    async with client(served, INIT) as one:
        served.fails = True
        await one.send(ask("{ hello }"))
        answer = await one.hear()
        assert (answer["type"], answer["payload"][0]["message"]) == ("error", BUG)
    async with client(served) as another:
        await another.send(INIT)
        assert await another.closed() == (4500, "Internal server error")
    assert "hunter2" not in caplog.text


async def test_session_expires(served: FakeApp) -> None:
    served.session_length = dt.timedelta(seconds=0.2)
    async with client(served, GOOD) as one:
        assert await one.closed() == (4403, "Session expired")


async def test_at_most_so_many_operations() -> None:
    async with sample_api(socket_limits=SocketLimits(operations=2)) as served, client(served, INIT) as one:
        await one.send(*(ask("subscription { wait }", number) for number in "ab"))
        assert [await one.hear(), await one.hear()] == [heard(number, data={"wait": 0}) for number in "ab"]
        await one.send(ask("{ hello }", "c"))
        error = {
            "message": "At most 2 operations at a time on one connection",
            "extensions": {"code": "TOO_MANY_OPERATIONS"},
        }
        assert await one.hear() == {"type": "error", "id": "c", "payload": [error]}


async def test_of_a_burst_only_those_too_many_are_refused() -> None:
    async with sample_api(socket_limits=SocketLimits(operations=2)) as served, client(served, INIT) as one:
        await one.send(*(ask("subscription { wait }", number) for number in "abc"))
        answers = [await one.hear() for _ in "abc"]
        assert {answer["id"]: answer["type"] for answer in answers} == {"a": "next", "b": "next", "c": "error"}


async def test_a_client_that_does_not_read() -> None:
    limits = SocketLimits(send_time=0.2)
    async with sample_api(socket_limits=limits) as served, client(served, INIT, max_queue=1, compression=None) as one:
        await one.send(ask("subscription { count(pad: 100000) }"))
        async with asyncio.timeout(10):
            await served.wait_for_cleanup("count")
        assert await one.closed() == (1013, "Too slow; resume with `after`")


async def test_a_stream_that_never_waits_leaves_room_for_others(served: FakeApp) -> None:
    async with client(served, INIT) as one:
        await one.send(ask("subscription { count }", "c"), ask("{ hello }"))
        while await one.hear() != heard("1", data={"hello": "Hello you"}):
            pass
        await one.send(complete("c"))
        async with asyncio.timeout(10):
            await served.wait_for_cleanup("count")


async def test_server_goes(served: FakeApp) -> None:
    async with client(served, INIT) as one, client(served) as uninitialised:
        await one.send(ask("subscription { wait }"))
        assert await one.hear() == heard("1", data={"wait": 0})
        await served.connections.shutdown()
        assert served.cleaned == ["wait"]
        assert await one.closed() == (1001, "Going away")
        assert await uninitialised.closed() == (1001, "Going away")
        async with client(served) as late:
            assert await late.closed() == (1001, "Going away")
