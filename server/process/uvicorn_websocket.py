"""uvicorn's WebSocket protocol, hardened against clients that do not read.

By default, uvicorn parses all that has arrived at once, keeps what is not complete for ever, answers every ping even if the
client does not read the answers, waits indefinitely for a client to
read the end of a closing connection or to complete the handshake, and logs invalid UTF-8 with a traceback, and a refused
handshake as an error of the application. When the server stops, it closes with 1012 the connections that the application
is about to close with 1001.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from server.process.admission import ServerConfig
from server.process.raw_errors import refuse_connection
from server.process.read_turns import LARGE_BYTES
from server.process.receive_queue import ReceiveQueue
from server.process.websocket_frames import Violation
from server.process.websocket_reading import FrameReader, ReadingLimits
from server.protocol.error_codes import Code
from server.websocket.transport import EXTENSION

CLOSE_TIMEOUT = 4.0
"""Seconds for a client to read the remaining data before a closing connection is aborted."""
LINGER_SECONDS = 1.0
"""How long what still arrives is ignored after a violation, so that the client can read why its connection is closed."""

_JOINED_BYTES = 4_096
"""Up to this size, the parts of a message are copied into one buffer; larger ones are shared by all who wait for them."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """The value of ``ws`` in uvicorn's configuration, and the ``SocketTransport`` of the connection.

    Messages written by ``write_text`` bypass the library, so no extension may be negotiated that changes frames.
    ``network`` is that of the client, for limits; None behind a trusted proxy that names no client.
    """

    on_writable: Callable[[], None] | None = None
    network: str | None = None

    def __init__(self, config: ServerConfig, *arguments: Any, **options: Any) -> None:
        super().__init__(config, *arguments, **options)
        self._admission = config.admission
        limits = config.admission.limits
        without_session = ReadingLimits(
            message_bytes=limits.signed_out_bytes, message_seconds=limits.signed_out_body_seconds, has_session=False
        )
        self.queue = ReceiveQueue()  # type: ignore[assignment]
        self._reader = FrameReader(without_session, self._parse_frame, self._violated)
        self._queued_bytes = 0
        self._is_deferred = False

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
            if self.network is None:
                self.network = self._admission.peers.forwarded_network(self.scope["headers"])

    def allow_session(self) -> None:
        """Let the client send what members may send."""
        limits = self._admission.limits
        self._reader.limits = ReadingLimits(
            message_bytes=self.config.ws_max_size, message_seconds=limits.body_seconds, has_session=True
        )
        self._admission.connections.release(self)

    def drop(self) -> None:
        """Close the connection, because others need what it holds."""
        self._reader.violate(Violation.TOO_MUCH)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over a connection whose handshake has been read."""
        super().connection_made(transport)
        self.network = self._admission.peers.network(self.client[0] if self.client else "")
        if self.network is not None:
            self._admission.connections.hold(self, self.network)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give up what the connection holds."""
        self._reader.stop()
        self._admission.keep(self, self.network, 0)
        self._admission.connections.release(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process received data; respond with 400 to an invalid handshake, such as a POST or endless headers."""
        if not self.handshake_initiated:
            super().data_received(data)
            if self.conn.handshake_exc is not None and not self.transport.is_closing():
                refuse_connection(self.transport, 400, Code.BAD_REQUEST, "This is not a WebSocket handshake")
            return
        if not self._reader.is_failed:
            self._reader.buffer.append(data)
        if len(data) >= LARGE_BYTES and not self._is_deferred:
            self._is_deferred = True
            self._admission.reads.wait(self._go_on)
        self._read()

    def _go_on(self) -> None:
        self._is_deferred = False
        self._read()

    async def receive(self) -> ASGIReceiveEvent:
        """Return the next event for the application, and let one more message be parsed."""
        event = await self.queue.get()
        self._queued_bytes = 0
        self._read()
        return event

    def _read(self) -> None:
        """Parse what the application wants, and read from the client only if nothing waits."""
        if self.handshake_complete and not self._is_deferred and self._reader.read(self._wants_more):
            self.loop.call_soon(self._read)
        self._admission.keep(self, self.network, self._reader.held_bytes + self._queued_bytes)
        if self.transport.is_closing():
            return
        if self._reader.is_ahead or self._is_deferred:
            if not self.read_paused:
                self.read_paused = True
                self.transport.pause_reading()
        elif self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    def _wants_more(self) -> bool:
        return self.close_sent or self.queue.empty()

    def _parse_frame(self, frame: bytes) -> None:
        super().data_received(frame)

    def _violated(self, violation: Violation) -> None:
        if not self.handshake_complete:
            self.transport.abort()
        elif not self.close_sent and not self.transport.is_closing():
            self.conn.fail(*violation.value)
            self.handle_parser_exception()

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message of the application; a response instead of the handshake completes it, which uvicorn forgets.

        The headers of the handshake are dropped once it is complete, as they take 5 kB of each connection's memory. The
        application has its own copy, which it drops too.
        """
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True
            self._reader.ignores_messages = True
        if message["type"] == "websocket.accept":
            self.request.headers.clear()
            self.response.headers.clear()
            self._read()

    def handle_ping(self) -> None:
        """Answer a ping, or drop the answer if the client is not reading."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def send_receive_event_to_app(self) -> None:
        """Pass a message to the application, or close with 1007, without logging, if a text message is not UTF-8."""
        self._queued_bytes = sum(map(len, self.frames))
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.conn.send_close(1007, "Invalid UTF-8")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """Close a connection whose client broke the protocol or a limit, once it has had time to read why.

        Closing it while the client still sends would make its operating system discard the close frame.
        """
        assert self.conn.close_sent is not None
        code, reason = self.conn.close_sent.code, self.conn.close_sent.reason
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._reader.stop()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LINGER_SECONDS, self.transport.close)
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
