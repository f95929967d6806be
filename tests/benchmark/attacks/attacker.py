"""The attacker: a process that keeps connections to a server open and sends prepared bytes on them until it is stopped.

It parses nothing, so that it takes little of the machine's CPU: whatever comes back is an occasion to send the next bytes.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

OPENING = 50
"""How many connections are opened at a time."""
RECONNECT_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """What is sent on each connection: first, and again each time that something comes back."""

    port: int
    connections: int
    first: bytes
    repeated: Sequence[bytes] = ()


class _Connection(asyncio.Protocol):
    def __init__(self, flood: Flood, number: int) -> None:
        self._flood = flood
        self._sent = number * 7
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._flood.first)

    def data_received(self, data: bytes) -> None:
        repeated = self._flood.repeated
        if repeated and self._transport.get_write_buffer_size() == 0:
            self._transport.write(repeated[self._sent % len(repeated)])
            self._sent += 1

    def connection_lost(self, error: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)


async def attack(flood: Flood) -> None:
    """Attack until cancelled; a connection that is lost is opened again."""
    opening = asyncio.Semaphore(OPENING)
    await asyncio.gather(*(_keep_open(flood, number, opening) for number in range(flood.connections)))


async def _keep_open(flood: Flood, number: int, opening: asyncio.Semaphore) -> None:
    loop = asyncio.get_running_loop()
    while True:
        try:
            async with opening:
                _, connection = await loop.create_connection(
                    lambda: _Connection(flood, number), "127.0.0.1", flood.port
                )
            await connection.lost
        except OSError:
            pass
        await asyncio.sleep(RECONNECT_SECONDS)
