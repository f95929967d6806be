"""Turns of long operations: each goes on for a short while at a time, and lets everything else have its turn in between.

An operation counts its work in units, the completion of one field by generated code. As long as it does not need more
than a turn has, it is not interrupted at all. The rest of what takes longer is done one turn in each iteration of the
event loop, whoever it is for, and clients take turns with each other, however many operations they have.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable

UNITS = 20_000
"""The units of a turn: some 15 ms. A page of 100 trackers with their values has fewer."""

UNITS_PER_COST = 4
"""How many units take as long as one unit of an operation's cost, which comprises what the database and the client cost."""


class Turnstile:
    """Admits one operation in each iteration of the event loop, and the clients one after the other."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()
        self._is_scheduled = False

    async def wait(self, client: Hashable) -> None:
        """Return when it is the turn of one of this client's operations."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._is_scheduled = loop, False
            self._waiting.clear()
        future = loop.create_future()
        self._waiting.setdefault(client, deque()).append(future)
        if not self._is_scheduled:
            self._is_scheduled = True
            loop.call_soon(self._admit)
        await future

    def _admit(self) -> None:
        while self._waiting:
            client, futures = self._waiting.popitem(last=False)
            future = futures.popleft()
            if futures:
                self._waiting[client] = futures  # behind all others
            if not future.done():  # its operation has not been cancelled
                future.set_result(None)
                break
        self._is_scheduled = bool(self._waiting)
        if self._is_scheduled:
            asyncio.get_running_loop().call_soon(self._admit)


class Turn:
    """The turns of one operation, and the units that it has spent."""

    __slots__ = ("_client", "_earlier", "_turnstile", "left")

    def __init__(self, turnstile: Turnstile, client: Hashable = None) -> None:
        self._turnstile = turnstile
        self._client = client
        self._earlier = 0
        self.left = UNITS

    def spend(self, units: int) -> bool:
        """Count units, and return whether the turn still lasts."""
        self.left -= units
        return self.left >= 0

    @property
    def spent(self) -> int:
        """Return the units of all turns."""
        return self._earlier + UNITS - self.left

    async def next(self) -> None:
        """Wait for the next turn, unless the present one still lasts."""
        if self.left < 0:
            await self._turnstile.wait(self._client)
            if self.left < 0:  # another task of the operation may have got the turn
                self._earlier += UNITS - self.left
                self.left = UNITS
