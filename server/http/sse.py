"""Subscriptions as server-sent events, using the graphql-sse protocol in "distinct connections mode".

See https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. A ``next`` event contains a result, ``complete``
ends the stream, and regular comments keep proxies from closing an idle connection. If a stream ends without
``complete`` (because the server shuts down, or the client does not read), the client should reconnect and pass its last
cursor as ``after`` to receive the events that it missed.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from server.connections.open_connections import OpenConnections
from server.execution.executor_interface import Context, SharedResult
from server.execution.session_watch import SessionWatch
from server.observability.metrics import OPEN_EVENT_STREAMS
from server.protocol.errors import internal_error_result, request_error_result
from server.protocol.messages import encode
from services.accounts.sessions.current_viewers import SessionKey
from services.accounts.sessions.ending import SessionEnded

COMPLETE = b"event: complete\ndata:\n\n"
HEARTBEAT = b":\n\n"

HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """The timing of an event stream, in seconds."""

    heartbeat: float = 12.0
    """The interval between two comments."""
    send_timeout: float = 30.0
    """The time allowed for sending an event."""
    close_timeout: float = 10.0
    """The time allowed for sending the last bytes of a stream."""


def next_event(encoded: bytes) -> bytes:
    """Return an encoded result as a ``next`` event. One ``data`` line is enough, as such JSON has no line breaks."""
    return b"event: next\ndata: " + encoded + b"\n\n"


class EventStreamResponse:
    """The response to a subscription, an ASGI application that streams events until either side closes the connection.

    If ``results`` raises ``SessionEnded``, its message is sent as the last error. Nothing is queued: the next result is
    only requested after the previous one has been sent.
    """

    def __init__(
        self,
        results: AsyncGenerator[SharedResult, None],
        context: Context,
        request_id: str,
        *,
        connections: OpenConnections,
        limits: StreamLimits,
    ) -> None:
        self._results = results
        self._context = context
        self._session = SessionWatch(self.end_session)
        self._request_id = request_id
        self._connections = connections
        self._limits = limits
        self._tasks: set[asyncio.Task[None]] = set()
        self._write_lock = asyncio.Lock()
        self._final_bytes: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()

    def close(self) -> None:
        """Close the stream without ``complete``, so that the client reconnects."""
        self._end(b"")

    def session_of(self, member_id: str) -> SessionKey | None:
        """Return the session of the stream if it belongs to this member."""
        return self._session.session_of(member_id)

    def end_session(self, reason: str) -> None:
        """End the stream with an error because its session has ended."""
        self._end(next_event(encode(request_error_result(reason, "UNAUTHENTICATED"))) + COMPLETE)

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the stream ends, then wait until the subscription has cleaned up."""
        with self._connections.register(self), OPEN_EVENT_STREAMS.track_inprogress():
            await self._stream(receive, send)

    async def _stream(self, receive: Receive, send: Send) -> None:
        self._session.start(self._context)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS]})
            self._start(self._watch_disconnect(receive))
            self._start(self._send_heartbeats(send))
            self._start(self._send_results(send))
            final_bytes = await self._final_bytes
        finally:
            for task in self._tasks:
                task.cancel()
            self._session.stop()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if final_bytes is not None:
            await self._send_final_bytes(send, final_bytes)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _end(self, final_bytes: bytes | None) -> None:
        """End the stream with these bytes, or with None if nothing can be sent; only the first call has an effect."""
        if not self._final_bytes.done():
            self._final_bytes.set_result(final_bytes)

    async def _watch_disconnect(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._end(None)

    async def _send_heartbeats(self, send: Send) -> None:
        # Send the first at once: some browsers do not treat headers alone as a response.
        while True:
            await self._write(send, HEARTBEAT)
            await asyncio.sleep(self._limits.heartbeat)

    async def _send_results(self, send: Send) -> None:
        try:
            async with aclosing(self._results) as results:
                async for result in results:
                    await self._write(send, next_event(result.encoded))
                    # Neither a ready generator nor a send to an empty buffer yields to other tasks, so do that here.
                    await asyncio.sleep(0)
            self._end(COMPLETE)
        except SessionEnded as ended:
            self.end_session(str(ended))
        except Exception as error:
            self._end(next_event(encode(internal_error_result(error, self._request_id))) + COMPLETE)

    async def _write(self, send: Send, data: bytes) -> None:
        async with self._write_lock:
            try:
                async with asyncio.timeout(self._limits.send_timeout):
                    await send({"type": "http.response.body", "body": data, "more_body": True})
            except TimeoutError:
                self._end(None)

    async def _send_final_bytes(self, send: Send, final_bytes: bytes) -> None:
        # If the client reads nothing, the last bytes cannot be sent either, and the connection is dropped.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.close_timeout):
                await send({"type": "http.response.body", "body": final_bytes})
