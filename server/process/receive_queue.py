"""The messages of a WebSocket that wait for the application."""

import asyncio
from collections import deque

from uvicorn._types import ASGIReceiveEvent


class ReceiveQueue:
    """The messages for the application, of which one task takes the next.

    ``asyncio.Queue`` takes 3 kB of each connection's memory, although it is empty nearly always.
    """

    __slots__ = ("_arrived", "_messages")

    def __init__(self) -> None:
        self._messages: deque[ASGIReceiveEvent] | None = None
        self._arrived: asyncio.Future[None] | None = None

    def put_nowait(self, message: ASGIReceiveEvent) -> None:
        """Add a message."""
        if self._messages is None:
            self._messages = deque()
        self._messages.append(message)
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    async def get(self) -> ASGIReceiveEvent:
        """Remove and return the first message, and wait for one if there is none."""
        while self._messages is None:
            self._arrived = asyncio.get_running_loop().create_future()
            try:
                await self._arrived
            finally:
                self._arrived = None
        message = self._messages.popleft()
        if not self._messages:
            self._messages = None
        return message

    def empty(self) -> bool:
        """Return whether there is no message."""
        return self._messages is None
