"""uvicorn's HTTP/1.1 protocol, hardened against clients that send too much, too slowly, or too many requests at once.

By default, uvicorn accepts heads (the request line and headers) of any length, waits indefinitely for a head to be complete,
parses all the requests that a client sends behind one another, reads a body on that nobody wants, and answers malformed
requests in plain text. It also sends no reason phrase with status 294, because Python's ``HTTPStatus`` lacks it.
"""

import asyncio
import weakref

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from server.connections.lanes import MAX_WAIT
from server.connections.turns import TurnLostError
from server.execution.clients import ClientKey
from server.process.http_connection import LINGER_SECONDS, HttpConnection
from server.process.read_turns import LARGE_BYTES
from server.process.response_head import HeadHoldingTransport
from server.protocol.error_codes import Code
from server.protocol.scopes import BODY_RECEIVED, CONNECTION

STATUS_LINE[294] = b"HTTP/1.1 294 Partial Success\r\n"

MAX_URL_BYTES = 65_535
"""The maximum length of a URL, which is that of httptools."""
MAX_HEADERS = 200
"""The maximum number of headers: each takes a hundred bytes, however short it is."""
URL_TOO_LONG = f"The URL is longer than {MAX_URL_BYTES} bytes: send a long query by POST"
HEADERS_TOO_LONG = "The request's headers are too long"
GRAPHQL_PATH = b"/graphql"


class HttpProtocol(HttpConnection):
    """The value of ``http`` in uvicorn's configuration."""

    max_head_bytes = 131_072
    """The maximum size of a head, of a chunk's header, and of the trailers. A chunk's header and trailers that are read
    from the socket in a single call may exceed it."""
    url = b""
    _headers_size = 0
    """The size of the head's headers, which are counted too because a head may be read in a single call."""
    _upgrading: asyncio.Task[None] | None = None
    _body_left: int | None = None
    """How many bytes of the body are missing, or None if it comes in chunks."""
    _ignores_body = False
    """Whether nobody will ask for the body."""

    def data_received(self, data: bytes) -> None:
        """Process received data, as far as no request waits that came before."""
        if not self._refused:
            self._parts.append(data)
        if len(data) >= LARGE_BYTES:
            if self._ignores_body:
                self._parse_parts()  # which keeps nothing, so that only reading on has to wait
            self._count_bytes()
            self.flow.defer(self._admission.reads, self._parse_parts)
        else:
            self._parse_parts()

    def _parse_parts(self) -> None:
        """Parse what has been received until a request is complete, whose response the next one has to wait for."""
        while self._parts and not self._refused and self.parser is not None:
            if self._is_responding and not self._in_body:
                break
            self._parse(self._parts.take_body(self._body_left) if self._in_body else self._parts.take_head())
        self.flow.is_ahead = bool(self._parts)
        if self._parts:
            self.flow.pause_reading()
        self._count_bytes()

    def _parse(self, data: bytes) -> None:
        """Parse a part; respond with 414 or 431 and close the connection if the head is too long."""
        self._head_bytes += len(data)
        super().data_received(data)
        if len(self.url) > MAX_URL_BYTES:
            self._refuse(414, Code.CONTENT_TOO_LARGE, URL_TOO_LONG)
        elif self._head_bytes > self.max_head_bytes or len(self.headers or ()) > MAX_HEADERS:
            self._refuse(431, Code.CONTENT_TOO_LARGE, HEADERS_TOO_LONG)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to the protocol for WebSockets, which takes time, when it is its network's turn."""
        self._stop_timer()
        self._parts.clear()
        self.parser = None  # type: ignore[assignment]
        network = self.network or self._admission.peers.forwarded_network(self.headers) or ""
        lane = ClientKey(is_member=False, name=network)
        if self._admission.turns.try_take(lane):
            self._upgrade()
        else:
            self._upgrading = self.loop.create_task(self._upgrade_later(lane))

    async def _upgrade_later(self, lane: ClientKey) -> None:
        try:
            async with asyncio.timeout(MAX_WAIT):
                await self._admission.turns.wait(lane)
        except (TimeoutError, TurnLostError):
            self._refuse(429, Code.RATE_LIMITED, "Too many connections: wait, or open fewer")
        else:
            if not self.transport.is_closing():
                self._upgrade()

    def _upgrade(self) -> None:
        self._release()
        super().handle_websocket_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """Ignore a wish to use another protocol, without the warning with which anybody could fill the log."""

    def on_message_begin(self) -> None:
        """Start the timer when a head begins."""
        super().on_message_begin()
        self.scope["state"][CONNECTION] = weakref.ref(self)
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
        if len(self.url) > MAX_URL_BYTES:
            self._refuse(414, Code.CONTENT_TOO_LARGE, URL_TOO_LONG)
        elif self._headers_size > self.max_head_bytes or len(self.headers) > MAX_HEADERS:
            self._refuse(431, Code.CONTENT_TOO_LARGE, HEADERS_TOO_LONG)
        elif refusal := self._admission.hosts.refusal(self.url, self._values(b"host")):
            self._refuse(400, Code.BAD_REQUEST, refusal)
        else:
            self._in_body = True
            self._body_left = self._declared_length()
            self._ignores_body = self._is_too_large_for_a_stranger()
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
        if self._body_left is not None:
            self._body_left -= len(body)
        if not self._refused and not self._ignores_body:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Reset the byte count for the next request, and let the application know that it need not wait for a body."""
        self._head_bytes = 0
        self._in_body = self._ignores_body = False
        self._kept_bytes = 0
        self.scope["state"][BODY_RECEIVED] = True
        if not self._refused:
            super().on_message_complete()
            if not self._is_responding:  # the rest of a refused body has arrived after all
                self._start_timer()

    def on_response_complete(self) -> None:
        """Go on to the next request; close the connection if the rest of a body that nobody wants does not arrive."""
        super().on_response_complete()
        if self.transport.is_closing():
            return
        if self._in_body:
            self._stop_timer()
            self._timer = self.loop.call_later(LINGER_SECONDS, self.transport.close)
        elif self._parts:
            self.loop.call_soon(self._parse_waiting)

    def _parse_waiting(self) -> None:
        if not self.transport.is_closing():
            self._parse_parts()
            self.flow.resume_reading()

    def _values(self, name: bytes) -> list[bytes]:
        return [value for header, value in self.headers if header == name]

    def _declared_length(self) -> int | None:
        """Return the length of the body, or None if it comes in chunks. The parser has compared the headers."""
        if self._values(b"transfer-encoding"):
            return None
        return int((self._values(b"content-length") or [b"0"])[0])

    def _is_too_large_for_a_stranger(self) -> bool:
        """Return whether the request will be refused by its declared length, so that its body need not be kept till then."""
        too_large = (self._body_left or 0) > self._admission.limits.signed_out_bytes
        return too_large and self.url.partition(b"?")[0] == GRAPHQL_PATH and not self._values(b"authorization")

    def send_400_response(self, msg: str) -> None:
        """Respond to a malformed request with a JSON error; the parser also rejects a URL that is too long."""
        if len(self.url) > MAX_URL_BYTES:
            self._refuse(414, Code.CONTENT_TOO_LARGE, URL_TOO_LONG)
        else:
            self._refuse(400, Code.BAD_REQUEST, msg.removesuffix("."))
