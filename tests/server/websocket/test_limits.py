"""Tests of the limits on a member's or an address's connections, and on messages waiting to be sent."""

import asyncio
from contextlib import AsyncExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from server.websocket.limits import SocketLimits
from services.kernel.networks import client_network
from tests.support.clients.websocket import ACK, INIT, INIT_AS_ADA, complete, next_message, open_client, subscribe
from tests.support.servers.sample_api import sample_api


async def test_connections_of_a_member() -> None:
    """A connection only counts if it has a session, and while it is open."""
    async with sample_api(socket_limits=SocketLimits(connections_per_member=1)) as server:
        async with open_client(server, INIT_AS_ADA) as first, open_client(server, INIT), open_client(server) as second:
            await second.send(INIT_AS_ADA, subscribe("{ hello }"))
            assert await second.wait_closed() == (4429, "At most 1 connections at a time for one member")
            await first.send(subscribe("{ who }"))
            assert [await first.receive(), await first.receive()] == [
                next_message("1", data={"who": "ada"}),
                complete(),
            ]
        async with asyncio.timeout(10):
            while True:
                async with open_client(server) as new_client:
                    await new_client.send(INIT_AS_ADA)
                    if await new_client.receive_or_none() == ACK:
                        return


async def test_connections_of_an_address() -> None:
    """The limit also applies to clients with a valid token."""
    async with sample_api(socket_limits=SocketLimits(connections_per_address=2)) as server, AsyncExitStack() as stack:
        first, _ = [await stack.enter_async_context(open_client(server, INIT)) for _ in range(2)]
        async with open_client(server) as third:
            with suppress(ConnectionClosed):  # it may have been closed already
                await third.send(INIT_AS_ADA)
            assert await third.wait_closed() == (4429, "At most 2 connections at a time from one address")
        assert server.contexts == [(None, "127.0.0.1")] * 2
        await first.connection.close()
        async with asyncio.timeout(10):
            while True:
                async with open_client(server) as new_client:
                    with suppress(ConnectionClosed):
                        await new_client.send(INIT)
                    if await new_client.receive_or_none() == ACK:
                        return


async def test_unread_messages_are_bounded() -> None:
    """Two results would wait behind the one that is being sent, so the connection closes before the send times out."""
    limits = SocketLimits(max_unread_bytes=150_000, send_timeout=3600)
    async with (
        sample_api(socket_limits=limits) as server,
        open_client(server, INIT, max_queue=1, compression=None) as client,
    ):
        await client.send(*(subscribe("subscription { count(pad: 100000) }", number) for number in "abc"))
        async with asyncio.timeout(20):
            await server.wait_for_cleanup("count", "count", "count")
        assert await client.wait_closed() == (1013, "Too slow; resume with `after`")


async def test_pings_are_answered() -> None:
    async with sample_api() as server, open_client(server, INIT) as client:
        async with asyncio.timeout(10):
            await (await client.connection.ping("a"))
            await (await client.connection.ping("b"))
        await client.send(subscribe("{ hello }"))
        assert await client.receive() == next_message("1", data={"hello": "Hello you"})


async def test_invalid_utf_8_is_rejected_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with sample_api() as server, open_client(server, INIT) as client:
        client.connection.transport.write(Frame(Opcode.TEXT, b'{"type":"ping\xff"}').serialize(mask=True))
        assert await client.wait_closed() == (1007, "Invalid UTF-8")
    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_network_of_an_address(address: str, expected: str) -> None:
    assert client_network(address) == expected
