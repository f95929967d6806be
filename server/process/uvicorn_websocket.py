"""WebSockets as uvicorn speaks them, mended where a client that means harm, or has gone silent, would be let to.

uvicorn answers every ping at once, though nobody reads the answers; waits for ever on a connection that closes until
its client has read everything, and on one whose handshake is none; logs each invalid character with a traceback; and
when the server stops, closes with 1012 what the application is about to close with 1001.
"""

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from server.process.uvicorn_http import refuse_connection
from server.protocol.error_codes import Code

LAST_SECONDS = 4.0
"""For so long a client may still take what was sent before a connection's end."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Give it to uvicorn's configuration as `ws`."""

    def data_received(self, data: bytes) -> None:
        """Read on, unless what asked for a WebSocket cannot have one: a POST, or headers without end."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.transport.is_closing():
            refuse_connection(self.transport, 400, Code.BAD_REQUEST, "This is no handshake of a WebSocket")

    def handle_ping(self) -> None:
        """Answer, unless the answers to earlier ones are not read: the next one read is answered again."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def send_receive_event_to_app(self) -> None:
        """Close with 1007 where a text is none; the log has nothing to tell of it."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.conn.send_close(1007, "Invalid UTF-8")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """Say what is wrong with the frames, and cut the line where that is not taken."""
        super().handle_parser_exception()
        self._abort_soon()

    def keepalive_timeout(self) -> None:
        """Give up a client that answers no ping."""
        super().keepalive_timeout()
        self._abort_soon()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application is done with the connection: so is the connection, read or unread."""
        super().on_task_complete(task)
        self._abort_soon()

    def shutdown(self) -> None:
        """Leave it to the application, which closes every connection with 1001 when the server stops."""
        self.stop_keepalive()

    def _abort_soon(self) -> None:
        self.loop.call_later(LAST_SECONDS, self.transport.abort)
