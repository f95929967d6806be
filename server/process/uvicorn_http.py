"""uvicorn's HTTP/1.1 protocol with limits on a request's head (the request line and headers), and with JSON errors.

By default, uvicorn accepts heads of any length, waits indefinitely for a head to be complete, and answers malformed
requests in plain text.
"""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from server.protocol.error_codes import Code
from server.protocol.errors import request_error_result
from server.protocol.messages import encode


class HttpProtocol(HttpToolsProtocol):
    """The value of ``http`` in uvicorn's configuration."""

    max_head_bytes = 131_072
    """The maximum size of a head, of a chunk's header, and of the trailers. Data that is read from the socket in a
    single call may exceed it."""
    head_timeout = 20.0
    """Seconds within which an idle connection must send a complete head."""

    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    """The bytes received since the last complete part of a request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for the first request's head."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process received data; respond with 431 and close the connection if the head is too long."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > self.max_head_bytes and not self.transport.is_closing():
            refuse_connection(self.transport, 431, Code.CONTENT_TOO_LARGE, "The request's headers are too long")

    def on_message_begin(self) -> None:
        """Start the timer when a head begins."""
        super().on_message_begin()
        self._start_timer()

    def on_headers_complete(self) -> None:
        """Stop the timer when the head is complete."""
        self._head_bytes = 0
        self._stop_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass part of the body to the application, which limits the body's length."""
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Reset the byte count for the next request."""
        self._head_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Respond to a malformed request with a JSON error."""
        refuse_connection(self.transport, 400, Code.BAD_REQUEST, msg.removesuffix("."))

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(self.head_timeout, self._close_if_idle)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close_if_idle(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:  # the response to an earlier request is still being sent
            self._start_timer()


def refuse_connection(transport: asyncio.Transport, status: int, code: Code, message: str) -> None:
    """Respond with a GraphQL error to a request that cannot reach the application, and close the connection."""
    body = encode(request_error_result(message, code.value))
    head = (
        b"content-type: application/json; charset=utf-8\r\ncache-control: no-store\r\n"
        b"x-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
    )
    transport.write(STATUS_LINE[HTTPStatus(status)] + head + body)
    transport.close()
