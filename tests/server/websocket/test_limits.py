"""How many sockets a member and an address may have, and how much of what they are sent may lie unread."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from websockets.frames import Frame, Opcode

from server.execution.clients import network_of
from server.websocket.limits import SocketLimits
from tests.support.clients.websocket import ACK, GOOD, INIT, ask, client, complete, heard
from tests.support.servers.sample_api import sample_api


async def test_connections_of_a_member() -> None:
    """Only signed-in ones count, and only while they are open."""
    async with sample_api(socket_limits=SocketLimits(connections_of_member=1)) as served:
        async with client(served, GOOD) as first, client(served, INIT), client(served) as second:
            await second.send(GOOD, ask("{ hello }"))
            assert await second.closed() == (4429, "At most 1 connections at a time for one member")
            await first.send(ask("{ who }"))
            assert [await first.hear(), await first.hear()] == [heard("1", data={"who": "ada"}), complete()]
        async with asyncio.timeout(10):
            while True:
                async with client(served) as again:
                    await again.send(GOOD)
                    if await again.hear_or_close() == ACK:
                        return


async def test_connections_of_an_address() -> None:
    """What is refused is not let in by a token either."""
    async with sample_api(socket_limits=SocketLimits(connections_of_address=2)) as served, AsyncExitStack() as stack:
        first, _ = [await stack.enter_async_context(client(served, INIT)) for _ in range(2)]
        async with client(served) as third:
            await third.send(GOOD)
            assert await third.closed() == (4429, "At most 2 connections at a time from one address")
        assert served.contexts == [(None, "127.0.0.1")] * 2
        await first.connection.close()
        async with asyncio.timeout(10):
            while True:
                async with client(served) as again:
                    await again.send(INIT)
                    if await again.hear_or_close() == ACK:
                        return


async def test_what_waits_for_a_client_that_does_not_read_is_bounded() -> None:
    """Two more answers would wait behind one that is on its way; nobody waits until that one is given up."""
    limits = SocketLimits(unread_length=150_000, send_time=3600)
    async with sample_api(socket_limits=limits) as served, client(served, INIT, max_queue=1, compression=None) as one:
        await one.send(*(ask("subscription { count(pad: 100000) }", number) for number in "abc"))
        async with asyncio.timeout(20):
            await served.wait_for_cleanup("count", "count", "count")
        assert await one.closed() == (1013, "Too slow; resume with `after`")


async def test_pings_are_answered_while_the_answers_are_read() -> None:
    async with sample_api() as served, client(served, INIT) as one:
        async with asyncio.timeout(10):
            await (await one.connection.ping("a"))
            await (await one.connection.ping("b"))
        await one.send(ask("{ hello }"))
        assert await one.hear() == heard("1", data={"hello": "Hello you"})


async def test_text_that_is_none_is_refused_without_a_word_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with sample_api() as served, client(served, INIT) as one:
        one.connection.transport.write(Frame(Opcode.TEXT, b'{"type":"ping\xff"}').serialize(mask=True))
        assert await one.closed() == (1007, "Invalid UTF-8")
    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("somebody", "somebody"),
    ],
)
def test_what_of_an_address_is_counted(address: str, counted: str) -> None:
    assert network_of(address) == counted
