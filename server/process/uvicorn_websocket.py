"""uvicorn's WebSocket protocol, hardened against clients that do not read.

By default, uvicorn answers every ping even if the client does not read the answers, waits indefinitely for a client to
read the end of a closing connection or to complete the handshake, and logs invalid UTF-8 with a traceback, and a refused
handshake as an error of the application. When the server stops, it closes with 1012 the connections that the application
is about to close with 1001.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from server.process.uvicorn_http import refuse_connection
from server.protocol.error_codes import Code
from server.websocket.transport import EXTENSION

CLOSE_TIMEOUT = 4.0
"""Seconds for a client to read the remaining data before a closing connection is aborted."""


_JOINED_BYTES = 4_096
"""Up to this size, the parts of a message are copied into one buffer; larger ones are shared by all who wait for them."""


class _ReceiveQueue:
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


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """The value of ``ws`` in uvicorn's configuration, and the ``SocketTransport`` of the connection.

    Messages written by ``write_text`` bypass the library, so no extension may be negotiated that changes frames.
    """

    on_writable: Callable[[], None] | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.queue = _ReceiveQueue()  # type: ignore[assignment]

    @property
    def is_writable(self) -> bool:
        """Return whether the client has read nearly all that was written."""
        return self.writable.is_set()

    def write_text(self, parts: Sequence[bytes]) -> bool:
        """Write a text message that consists of these parts, in UTF-8; return False if the connection is closing."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return False
        length = sum(map(len, parts))
        head = text_frame_head(length)
        if length <= _JOINED_BYTES:
            self.transport.write(b"".join((head, *parts)))
        else:
            self.transport.writelines((head, *parts))
        return True

    def interrupt_receive(self) -> None:
        """Make the application receive ``websocket.disconnect``, although the client is still connected."""
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1006})

    def resume_writing(self) -> None:
        """Write what waits, because the client has read enough."""
        super().resume_writing()
        if self.on_writable is not None:
            self.on_writable()

    def handle_connect(self, event: Request) -> None:
        """Start the application, which finds this object in its scope."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["extensions"] = {**(self.scope["extensions"] or {}), EXTENSION: self}  # type: ignore[dict-item]

    def data_received(self, data: bytes) -> None:
        """Process received data; respond with 400 to an invalid handshake, such as a POST or endless headers."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.transport.is_closing():
            refuse_connection(self.transport, 400, Code.BAD_REQUEST, "This is not a WebSocket handshake")

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message of the application; a response instead of the handshake completes it, which uvicorn forgets.

        The headers of the handshake are dropped once it is complete, as they take 5 kB of each connection's memory. The
        application has its own copy, which it drops too.
        """
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True
        if message["type"] == "websocket.accept":
            self.request.headers.clear()
            self.response.headers.clear()

    def handle_ping(self) -> None:
        """Answer a ping, or drop the answer if the client is not reading."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def send_receive_event_to_app(self) -> None:
        """Pass a message to the application, or close with 1007, without logging, if a text message is not UTF-8."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.conn.send_close(1007, "Invalid UTF-8")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """Close a connection that sent invalid frames, and abort it if the client does not read the close frame."""
        super().handle_parser_exception()
        self._abort_later()

    def keepalive_timeout(self) -> None:
        """Close the connection of a client that does not answer pings, and abort it later."""
        super().keepalive_timeout()
        self._abort_later()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Abort the connection some seconds after the application has finished, even if data is still unread."""
        super().on_task_complete(task)
        self._abort_later()

    def shutdown(self) -> None:
        """Leave the connection open, because the application closes it with 1001 when the server stops."""
        self.stop_keepalive()

    def _abort_later(self) -> None:
        self.loop.call_later(CLOSE_TIMEOUT, self.transport.abort)


def text_frame_head(length: int) -> bytes:
    """Return the head of an unmasked frame that is a whole text message of so many bytes (RFC 6455, section 5.2)."""
    if length < 126:
        return bytes((0x81, length))
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")
