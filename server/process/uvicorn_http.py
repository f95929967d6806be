"""uvicorn's HTTP/1.1 protocol with limits on a request's head, and errors in JSON.

uvicorn itself reads a head of any length, waits for ever for a head to be complete, and answers what is not HTTP with
plain text.
"""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from server.protocol.error_codes import Code
from server.protocol.errors import request_error_result
from server.protocol.messages import encode


class HttpProtocol(HttpToolsProtocol):
    """The ``http`` protocol of uvicorn's configuration."""

    max_head_bytes = 131_072
    """Of a request line with its headers, and of the bytes before a chunk or after the last one. What is read from the
    socket at once may exceed it."""
    head_timeout = 20.0
    """Seconds for an idle connection to send a whole head."""

    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    """The bytes received since the last complete part of a request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for the first head."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; answer 431 and close the connection if the head is too long."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > self.max_head_bytes and not self.transport.is_closing():
            refuse_connection(self.transport, 431, Code.CONTENT_TOO_LARGE, "The request's headers are too long")

    def on_message_begin(self) -> None:
        """Start the timer as a head begins."""
        super().on_message_begin()
        self._start_timer()

    def on_headers_complete(self) -> None:
        """Stop the timer as the head is complete."""
        self._head_bytes = 0
        self._stop_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass a part of the body on; the application limits its length."""
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Count from zero for the next request."""
        self._head_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that is not HTTP, as JSON."""
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
    """Answer a request that cannot be passed to the application with a GraphQL error as JSON; close the connection."""
    body = encode(request_error_result(message, code.value))
    head = (
        b"content-type: application/json; charset=utf-8\r\ncache-control: no-store\r\n"
        b"x-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
    )
    transport.write(STATUS_LINE[HTTPStatus(status)] + head + body)
    transport.close()
