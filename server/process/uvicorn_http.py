"""uvicorn's HTTP/1.1 protocol with limits on a request's head (the request line and headers), and with JSON errors.

By default, uvicorn accepts heads of any length, waits indefinitely for a head to be complete, and answers malformed
requests in plain text. It also sends no reason phrase with status 294, because Python's ``HTTPStatus`` lacks it.
"""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from server.process.response_head import HeadHoldingTransport
from server.protocol.error_codes import Code
from server.protocol.errors import request_error_result
from server.protocol.messages import encode
from server.protocol.scopes import BODY_RECEIVED

STATUS_LINE[294] = b"HTTP/1.1 294 Partial Success\r\n"

MAX_URL_BYTES = 65_535
"""The maximum length of a URL, which is that of httptools."""
URL_TOO_LONG = f"The URL is longer than {MAX_URL_BYTES} bytes: send a long query by POST"
HEADERS_TOO_LONG = "The request's headers are too long"
LINGER_SECONDS = 2.0
"""How long the rest of a refused request is read and ignored."""


class HttpProtocol(HttpToolsProtocol):
    """The value of ``http`` in uvicorn's configuration."""

    max_head_bytes = 131_072
    """The maximum size of a head, of a chunk's header, and of the trailers. A chunk's header and trailers that are read
    from the socket in a single call may exceed it."""
    head_timeout = 20.0
    """Seconds within which an idle connection must send a complete head. An incomplete one is answered with 408."""

    url = b""
    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    """The bytes received since the last complete part of a request."""
    _headers_size = 0
    """The size of the head's headers, which are counted too because a head may be read in a single call."""
    _in_head = False
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for the first request's head."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process received data; respond with 414 or 431 and close the connection if the head is too long."""
        if self._refused:
            return
        self._head_bytes += len(data)
        super().data_received(data)
        if len(self.url) > MAX_URL_BYTES:
            self._refuse(414, Code.CONTENT_TOO_LARGE, URL_TOO_LONG)
        elif self._head_bytes > self.max_head_bytes:
            self._refuse(431, Code.CONTENT_TOO_LARGE, HEADERS_TOO_LONG)

    def on_message_begin(self) -> None:
        """Start the timer when a head begins."""
        super().on_message_begin()
        self._in_head = True
        self._headers_size = 0
        self._start_timer()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count and keep a header."""
        self._headers_size += len(name) + len(b": ") + len(value) + len(b"\r\n")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Stop the timer when the head is complete, and start the application unless the head is too long."""
        self._head_bytes = 0
        self._in_head = False
        self._stop_timer()
        if self._headers_size > self.max_head_bytes:
            self._refuse(431, Code.CONTENT_TOO_LARGE, HEADERS_TOO_LONG)
        else:
            super().on_headers_complete()
            self._hold_head()

    def _hold_head(self) -> None:
        """Let the response to this request hold back its head until it has a body."""
        response = self.cycle
        if response is None or response.transport is not self.transport or self.scope["method"] == "HEAD":
            return  # an upgraded connection has no response, or that of an earlier request
        response.transport = HeadHoldingTransport(self.transport, response)  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        """Pass part of the body to the application, which limits the body's length."""
        self._head_bytes = 0
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Reset the byte count for the next request, and let the application know that it need not wait for a body."""
        self._head_bytes = 0
        self.scope["state"][BODY_RECEIVED] = True
        if not self._refused:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Respond to a malformed request with a JSON error; the parser also rejects a URL that is too long."""
        if len(self.url) > MAX_URL_BYTES:
            self._refuse(414, Code.CONTENT_TOO_LARGE, URL_TOO_LONG)
        else:
            self._refuse(400, Code.BAD_REQUEST, msg.removesuffix("."))

    def _refuse(self, status: int, code: Code, message: str) -> None:
        """Respond with an error once, and close the connection when the client has had time to read the response.

        Closing it while the client still sends would make its operating system discard the response.
        """
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._stop_timer()
        write_error(self.transport, status, code, message)
        if self._is_responding or not self.transport.can_write_eof():
            self.transport.close()
        else:
            self.transport.write_eof()
            self.loop.call_later(LINGER_SECONDS, self.transport.close)

    @property
    def _is_responding(self) -> bool:
        """Whether the response to an earlier request is still being sent."""
        return self.cycle is not None and not self.cycle.response_complete

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(self.head_timeout, self._close_if_idle)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close_if_idle(self) -> None:
        if self._is_responding:
            self._start_timer()
        elif self._in_head:
            self._refuse(408, Code.REQUEST_TIMEOUT, "The request's headers took too long")
        else:
            self.transport.close()


def refuse_connection(transport: asyncio.Transport, status: int, code: Code, message: str) -> None:
    """Respond with a GraphQL error to a request that cannot reach the application, and close the connection."""
    write_error(transport, status, code, message)
    transport.close()


def write_error(transport: asyncio.Transport, status: int, code: Code, message: str) -> None:
    """Write a GraphQL error as the last response of a connection."""
    body = encode(request_error_result(message, code.value))
    head = (
        b"content-type: application/json; charset=utf-8\r\ncache-control: no-store\r\n"
        b"x-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
    )
    transport.write(STATUS_LINE[HTTPStatus(status)] + head + body)
