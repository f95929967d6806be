"""The connection of uvicorn's HTTP/1.1 protocol: its timers, how it is refused, and what it holds of shared limits."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.process.admission import ServerConfig
from server.process.raw_errors import write_error
from server.process.read_turns import ReadTurns
from server.process.request_parts import RequestParts
from server.protocol.error_codes import Code

LINGER_SECONDS = 2.0
"""How long the rest of a refused request is read and ignored."""


class _Flow(FlowControl):
    """uvicorn's flow control, which reads nothing while received requests wait, or until a turn to read more."""

    is_ahead = False
    _is_deferred = False

    def pause_reading(self) -> None:
        if not self._is_deferred:
            super().pause_reading()
        self.read_paused = True

    def resume_reading(self) -> None:
        if self.is_ahead:
            return
        if not self._is_deferred:
            super().resume_reading()
        self.read_paused = False

    def defer(self, turns: ReadTurns, parse: Callable[[], None]) -> None:
        """Read no more until it is the connection's turn, and parse then what has been read."""
        if self._is_deferred or self._transport.is_closing():
            return
        if not self.read_paused:
            self._transport.pause_reading()
        self._is_deferred = True
        turns.wait(partial(self._go_on, parse))

    def _go_on(self, parse: Callable[[], None]) -> None:
        if self._transport.is_closing():
            return
        parse()
        self._is_deferred = False
        if not self.read_paused and not self._transport.is_closing():
            self._transport.resume_reading()


class HttpConnection(HttpToolsProtocol):
    """A connection that waits no longer for a request than is right, and gives way to others that need what it holds.

    It is the ``ClientConnection`` of its requests' scopes. ``network`` is that of the peer, or None for a trusted proxy.
    """

    head_timeout = 20.0
    """Seconds within which an idle connection must send a complete head. An incomplete one is answered with 408."""

    flow: _Flow
    network: str | None = None
    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    """The bytes received since the last complete part of a request."""
    _in_head = False
    _in_body = False
    _kept_bytes = 0
    """How many bytes of the body the application keeps."""
    _refused = False

    def __init__(self, config: ServerConfig, *arguments: Any, **options: Any) -> None:
        super().__init__(config, *arguments, **options)
        self._admission = config.admission
        self._parts = RequestParts()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for the first request's head."""
        super().connection_made(transport)
        self.flow = _Flow(transport)
        self.network = self._admission.peers.network(self.client[0] if self.client else "")
        self._start_timer()
        if self.network is not None:
            self._admission.connections.hold(self, self.network)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer, and give up what the connection holds."""
        self._stop_timer()
        self._parts.clear()
        self._release()
        super().connection_lost(exc)

    def prove_session(self) -> None:
        """Count the connection no longer as one of a stranger."""
        self._admission.connections.release(self)

    def keep_bytes(self, byte_count: int) -> None:
        """Count what the application keeps of a body that has not arrived whole."""
        self._kept_bytes = byte_count
        self._count_bytes()

    def drop(self) -> None:
        """Close the connection, because others need what it holds."""
        self._admission.connections.release(self)
        if not self._is_receiving or (self.cycle is not None and self.cycle.response_started):
            self._parts.clear()  # at once: the connection is lost in the next iteration of the loop
            self.transport.abort()
        else:
            self._refuse(408, Code.REQUEST_TIMEOUT, "The request was arriving too slowly while many others were too")

    def _refuse(self, status: int, code: Code, message: str) -> None:
        """Respond with an error once, and close the connection when the client has had time to read the response.

        Closing it while the client still sends would make its operating system discard the response.
        """
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._stop_timer()
        self._parts.clear()
        if self.cycle is not None:
            self.cycle.body = bytearray()
        write_error(self.transport, status, code, message)
        if self._is_responding or not self.transport.can_write_eof():
            self.transport.close()
        else:
            self.transport.write_eof()
            self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _release(self) -> None:
        self._admission.connections.release(self)
        self._admission.keep(self, self.network, 0)

    def _count_bytes(self) -> None:
        """Count what the connection keeps of requests that have not arrived whole, or that wait."""
        if self.cycle is not None and self._in_body:
            unfinished = len(self.cycle.body) + self._kept_bytes
        else:
            unfinished = self._head_bytes
        if self.network is None and self._in_body:
            network = self._admission.peers.forwarded_network(self.headers)
        else:
            network = self.network
        self._admission.keep(self, network, unfinished + len(self._parts))

    @property
    def _is_receiving(self) -> bool:
        """Whether a part of a request has arrived."""
        return self._in_head or self._in_body or bool(self._parts)

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
