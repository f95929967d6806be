"""What one connection is sent: one message at a time, and no more waiting than a client may leave unread."""

import asyncio
from typing import Any, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from server.protocol.messages import encode

CUT = 1006
"""The code that is never sent: the line is gone already."""
TOO_SLOW = (1013, "Too slow; resume with `after`")


class Ending(Protocol):
    """Who closes the connection, with a code and a reason; whoever is first is heard."""

    def __call__(self, code: int, reason: str) -> None:
        """Close with this code and reason."""


class Outgoing:
    """The messages of every operation of a connection, in the order in which they were given.

    Whoever sends waits until the message is on its way, so that a subscription takes its next event only then:
    what a slow client has not read stays in the database. What waits is bounded in characters (one message may
    be longer), and each message in time; beyond either the connection is ended with 1013.
    """

    def __init__(self, websocket: WebSocket, end: Ending, *, seconds: float, characters: int) -> None:
        self._websocket = websocket
        self._end = end
        self._seconds = seconds
        self._characters = characters
        self._waiting = 0
        self._turn = asyncio.Lock()
        self._ended = False

    def stop(self) -> None:
        """Send nothing more; what waits is dropped."""
        self._ended = True

    async def send(self, message: dict[str, Any]) -> None:
        """Send a message, or nothing once the connection ends."""
        text = encode(message).decode()
        if self._waiting and self._waiting + len(text) > self._characters:
            self._end(*TOO_SLOW)
            return
        self._waiting += len(text)
        try:
            async with self._turn:
                await self._write(text)
        finally:
            self._waiting -= len(text)

    async def _write(self, text: str) -> None:
        if self._ended:
            return
        try:
            async with asyncio.timeout(self._seconds):
                await self._websocket.send_text(text)
        except TimeoutError:
            self._end(*TOO_SLOW)
        except (WebSocketDisconnect, RuntimeError):  # the line was cut; the reader hears of it too
            self._end(CUT, "")
