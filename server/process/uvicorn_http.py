"""HTTP/1.1 as uvicorn speaks it, mended where a client that means harm, or has gone silent, would be let to.

uvicorn reads a request's head for as long as one comes in, however long it is, and waits for ever on a connection on
which none comes to its end. What is no HTTP at all it answers as plain text.
"""

import asyncio
from http import HTTPStatus
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from server.protocol.error_codes import Code
from server.protocol.errors import request_error_result
from server.protocol.messages import encode

LARGEST_HEAD: Final = 131_072
"""Bytes of a request's address and headers, and of what stands before a chunk or after the last one; then what is read at once beyond."""
HEAD_SECONDS: Final = 20.0
"""For so long a connection on which nothing is under way may take to bring a request's head."""


class HttpProtocol(HttpToolsProtocol):
    """Give it to uvicorn's configuration as `http`."""

    _waiting: asyncio.TimerHandle | None = None
    _length = 0
    """Of what came since the last that was whole."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless headers have no end."""
        self._length += len(data)
        super().data_received(data)
        if self._length > LARGEST_HEAD and not self.transport.is_closing():
            refuse_connection(self.transport, 431, Code.CONTENT_TOO_LARGE, "The request's headers are too long")

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._length = 0
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of a body is there; how long it may be is the application's to say."""
        self._length = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._length = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say that this is no HTTP, as everything else is said."""
        refuse_connection(self.transport, 400, Code.BAD_REQUEST, msg.removesuffix("."))

    def _wait(self) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:  # an answer to an earlier request is still on its way
            self._wait()


def refuse_connection(transport: asyncio.Transport, status: int, code: Code, message: str) -> None:
    """Answer a request that no application can be asked, in GraphQL's error JSON, and close its connection."""
    body = encode(request_error_result(message, code.value))
    head = (
        b"content-type: application/json; charset=utf-8\r\ncache-control: no-store\r\n"
        b"x-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
    )
    transport.write(STATUS_LINE[HTTPStatus(status)] + head + body)
    transport.close()
