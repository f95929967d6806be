"""The queue of messages to a client, which are sent one at a time and limited in their total length."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

from starlette.websockets import WebSocket, WebSocketDisconnect

from server.protocol.messages import encode

ABNORMAL_CLOSURE = 1006
"""The code for a lost connection, which is never sent (RFC 6455, section 7.4.1)."""
TOO_SLOW = (1013, "Too slow; resume with `after`")

CloseConnection: TypeAlias = Callable[[int, str], None]
"""Closes the connection with a code and a reason; only the first call has an effect."""


class SendQueue:
    """The outgoing messages of all operations of a connection, in the order in which they are sent.

    ``send`` returns when its message has been sent, and only then does a subscription fetch its next event, so that the
    events for a slow client stay in the database. If the waiting messages exceed ``max_characters`` (a single message
    may be longer), or a message takes longer than ``max_seconds``, the connection is closed with 1013.
    """

    def __init__(
        self, websocket: WebSocket, close: CloseConnection, *, max_seconds: float, max_characters: int
    ) -> None:
        self._websocket = websocket
        self._close = close
        self._max_seconds = max_seconds
        self._max_characters = max_characters
        self._unread_characters = 0
        self._lock = asyncio.Lock()
        self._stopped = False

    def stop(self) -> None:
        """Stop sending, and drop the waiting messages."""
        self._stopped = True

    async def send(self, message: dict[str, Any]) -> None:
        """Send a message, unless the connection is closing."""
        text = encode(message).decode()
        if self._unread_characters and self._unread_characters + len(text) > self._max_characters:
            self._close(*TOO_SLOW)
            return
        self._unread_characters += len(text)
        try:
            async with self._lock:
                await self._write(text)
        finally:
            self._unread_characters -= len(text)

    async def _write(self, text: str) -> None:
        if self._stopped:
            return
        try:
            async with asyncio.timeout(self._max_seconds):
                await self._websocket.send_text(text)
        except TimeoutError:
            self._close(*TOO_SLOW)
        except (WebSocketDisconnect, RuntimeError):  # the connection is lost, which the reader will also notice
            self._close(ABNORMAL_CLOSURE, "")
