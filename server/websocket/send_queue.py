"""The messages to one client: sent one at a time, with a bound on what may wait to be sent."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

from starlette.websockets import WebSocket, WebSocketDisconnect

from server.protocol.messages import encode

ABNORMAL_CLOSURE = 1006
"""The code for a connection that is lost; it is never sent (RFC 6455, section 7.4.1)."""
TOO_SLOW = (1013, "Too slow; resume with `after`")

CloseConnection: TypeAlias = Callable[[int, str], None]
"""Closes the connection with a code and a reason; only the first call counts."""


class SendQueue:
    """The messages of all operations of a connection, in the order in which they are sent.

    ``send`` returns when its message is on its way, so that a subscription takes its next event only then: what a slow
    client has not read stays in the database. The waiting messages are bounded in characters (a single one may be
    longer), and each message in seconds; beyond either, the connection is closed with 1013.
    """

    def __init__(
        self, websocket: WebSocket, close: CloseConnection, *, max_seconds: float, max_characters: int
    ) -> None:
        self._websocket = websocket
        self._close = close
        self._max_seconds = max_seconds
        self._max_characters = max_characters
        self._waiting = 0
        self._turn = asyncio.Lock()
        self._stopped = False

    def stop(self) -> None:
        """Send nothing more; waiting messages are dropped."""
        self._stopped = True

    async def send(self, message: dict[str, Any]) -> None:
        """Send a message; do nothing once the connection is closing."""
        text = encode(message).decode()
        if self._waiting and self._waiting + len(text) > self._max_characters:
            self._close(*TOO_SLOW)
            return
        self._waiting += len(text)
        try:
            async with self._turn:
                await self._write(text)
        finally:
            self._waiting -= len(text)

    async def _write(self, text: str) -> None:
        if self._stopped:
            return
        try:
            async with asyncio.timeout(self._max_seconds):
                await self._websocket.send_text(text)
        except TimeoutError:
            self._close(*TOO_SLOW)
        except (WebSocketDisconnect, RuntimeError):  # the connection is lost; the reader learns of it too
            self._close(ABNORMAL_CLOSURE, "")
