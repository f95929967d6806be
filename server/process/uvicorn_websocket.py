"""uvicorn's WebSocket protocol, made safe against clients that do not read.

uvicorn itself answers every ping though nobody reads the answers, waits for ever until a closing connection has been
read to its end, and for a handshake that never comes, and logs each invalid character with a traceback. When the server
stops, it closes with 1012 the connections that the application is about to close with 1001.
"""

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from server.process.uvicorn_http import refuse_connection
from server.protocol.error_codes import Code

CLOSE_TIMEOUT = 4.0
"""Seconds for a client to read what was sent before the end of a connection."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """The ``ws`` protocol of uvicorn's configuration."""

    def data_received(self, data: bytes) -> None:
        """Read on; answer 400 to a request that is not a handshake: a POST, or headers without an end."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.transport.is_closing():
            refuse_connection(self.transport, 400, Code.BAD_REQUEST, "This is no handshake of a WebSocket")

    def handle_ping(self) -> None:
        """Answer a ping, unless the client does not read the answers; the next ping read is answered again."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def send_receive_event_to_app(self) -> None:
        """Pass a message to the application; close with 1007, and log nothing, if a text is not UTF-8."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.conn.send_close(1007, "Invalid UTF-8")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """Close a connection with invalid frames, and abort it if the client does not read the close frame."""
        super().handle_parser_exception()
        self._abort_later()

    def keepalive_timeout(self) -> None:
        """Close and later abort the connection of a client that answers no ping."""
        super().keepalive_timeout()
        self._abort_later()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Abort the connection some seconds after the application is done with it, read or unread."""
        super().on_task_complete(task)
        self._abort_later()

    def shutdown(self) -> None:
        """Leave the closing to the application, which closes every connection with 1001 when the server stops."""
        self.stop_keepalive()

    def _abort_later(self) -> None:
        self.loop.call_later(CLOSE_TIMEOUT, self.transport.abort)
