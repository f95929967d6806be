"""Attacks on sockets: long, unfinished and countless messages and frames, and sockets that stay."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.support.clients.raw import CLOSE, CONTINUATION, PING, TEXT, RawConnection, frame, message, open_raw_socket
from tests.support.scenarios.staff import PASSWORD, running_with_staff
from tests.support.servers.attacked import Attacked
from tests.support.servers.trackers import SIGN_IN

INIT = message(type="connection_init")
ACK = {"type": "connection_ack"}
MEGABYTE = 1_048_576
EMPTY_LISTS = json.dumps({"type": "ping", "payload": {"a": [[]] * 340_000}}, separators=(",", ":")).encode()


async def open_as_member(attacked: Attacked, stack: AsyncExitStack, network: str) -> RawConnection:
    socket = await stack.enter_async_context(open_raw_socket(attacked.port, network))
    await socket.send(message(type="connection_init", payload={"authorization": f"Bearer {await attacked.token()}"}))
    assert await socket.message() == ACK
    return socket


async def test_long_messages_of_strangers_are_not_parsed(attacked: Attacked, network: str) -> None:
    """Their head is enough to close the socket, in a way in which a client renews its token."""
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(open_raw_socket(attacked.port, network)) for _ in range(40)]
        cpu_before = attacked.cpu_seconds()
        for socket in sockets:
            socket.writer.write(frame(EMPTY_LISTS))
        assert {await socket.close_code() for socket in sockets} == {4403}
        # A member's server that parses one such message and sends it back takes more than all of this.
        assert attacked.cpu_seconds() - cpu_before < 0.5
    for size, code in ((16_384, 4400), (16_385, 4403)):
        async with open_raw_socket(attacked.port, network) as socket:
            await socket.send(INIT)
            assert await socket.message() == ACK
            await socket.send(frame(b"[" * size))
            assert await socket.close_code() == code


@pytest.mark.parametrize("fragments", [[b"x" * 16_000, b"x" * 385], [b"x" * 100] * 165], ids=["two", "many"])
async def test_fragments_of_strangers_are_counted_together(
    attacked: Attacked, network: str, fragments: list[bytes]
) -> None:
    async with open_raw_socket(attacked.port, network) as socket:
        await socket.send(INIT)
        await socket.send(
            b"".join(frame(one, CONTINUATION if n else TEXT, final=False) for n, one in enumerate(fragments))
        )
        assert await socket.close_code() in (4403, 1008)


async def test_tiny_fragments_and_floods_of_pings_close_the_socket(attacked: Attacked, network: str) -> None:
    tiny = frame(b"x", final=False) + frame(b"x", CONTINUATION, final=False) * 10_000
    for sent, code in ((tiny, 1008), (frame(b"", PING) * 10_000, 4429), (frame(b"x" * 126, PING), 1002)):
        async with AsyncExitStack() as stack:
            socket = await open_as_member(attacked, stack, network)
            cpu_before = attacked.cpu_seconds()
            socket.writer.write(sent)
            assert await socket.close_code() == code
            assert attacked.cpu_seconds() - cpu_before < 0.2


async def test_pings_are_answered_no_faster_than_they_may_be_sent(attacked: Attacked, network: str) -> None:
    async with AsyncExitStack() as stack:
        socket = await open_as_member(attacked, stack, network)
        cpu_before = attacked.cpu_seconds()
        socket.writer.write(message(type="ping") * 20_000)
        pongs = 0
        while (received := await socket.frame())[0] != CLOSE:
            assert received == (TEXT, b'{"type":"pong"}')
            pongs += 1
        assert int.from_bytes(received[1][:2], "big") == 4429
        assert pongs < 400
        assert attacked.cpu_seconds() - cpu_before < 1


async def test_members_messages_are_bounded_together(attacked: Attacked, network: str) -> None:
    """Of a hundred messages that never end, as many are kept as the network may have; the newest stays."""
    async with AsyncExitStack() as stack:
        sockets = [await open_as_member(attacked, stack, network) for _ in range(40)]
        unfinished = frame(b"x" * 1_000_000, final=False)
        memory_before = attacked.memory_bytes()
        for socket in sockets:
            await socket.send(unfinished)
        assert await sockets[0].close_code() == 1013
        await sockets[-1].send(frame(b"", CONTINUATION))
        assert await sockets[-1].close_code() == 4400
        assert attacked.memory_bytes() - memory_before < 30 * MEGABYTE


async def test_strangers_sockets_give_way_to_newer_ones(postgres: str, template: str, folder: Path) -> None:
    """They are closed after a minute, or as soon as there are too many; and signing in over one is possible."""
    limits = {"TRACKERS_SIGNED_OUT_SOCKET_SECONDS": "2", "TRACKERS_SIGNED_OUT_SOCKETS_PER_ADDRESS": "5"}
    async with running_with_staff(postgres, template, folder, **limits) as (server, staff), AsyncExitStack() as stack:
        attacked = Attacked(server, staff)
        member = await open_as_member(attacked, stack, "127.0.0.1")
        strangers = [await stack.enter_async_context(open_raw_socket(attacked.port)) for _ in range(6)]
        assert await strangers[0].close_code() == 4429
        signing_in = {"query": SIGN_IN, "variables": {"email": "bob@example.org", "password": PASSWORD}}
        await strangers[5].send(INIT + message(type="subscribe", id="1", payload=signing_in))
        assert await strangers[5].message() == ACK
        answer = await strangers[5].message()
        assert answer["payload"]["data"]["signIn"]["errors"] == []
        assert await strangers[5].message() == {"type": "complete", "id": "1"}
        assert [await stranger.close_code() for stranger in strangers[1:]] == [4408] * 4 + [4403]
        await member.send(message(type="ping"))
        assert await member.message() == {"type": "pong"}


async def test_unfinished_messages_time_out(postgres: str, template: str, folder: Path) -> None:
    limits = {"TRACKERS_SIGNED_OUT_BODY_SECONDS": "1", "TRACKERS_BODY_SECONDS": "1"}
    async with running_with_staff(postgres, template, folder, **limits) as (server, staff), AsyncExitStack() as stack:
        attacked = Attacked(server, staff)
        member = await open_as_member(attacked, stack, "127.0.0.1")
        stranger = await stack.enter_async_context(open_raw_socket(attacked.port))
        await member.send(frame(b"{", final=False))
        await stranger.send(frame(b"{}")[:-1])
        assert await asyncio.gather(member.close_code(), stranger.close_code()) == [4408, 4408]  # type: ignore[comparison-overlap]
