"""Subscriptions as server-sent events, by graphql-sse's protocol in its mode of distinct connections.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. An event ``next`` holds a result, ``complete`` says that
there are no more, and a comment now and then keeps proxies from closing the connection as idle. A stream that breaks
off without ``complete`` (the server shuts down, the client does not read) is to be opened again: the events missed
since come with the cursor in ``after``.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from server.execution.executor_interface import Context
from server.execution.session_watch import SessionWatch
from server.observability.metrics import OPEN_EVENT_STREAMS
from server.open_connections import OpenConnections
from server.protocol.errors import internal_error_result, request_error_result
from server.protocol.messages import encode
from services.accounts.sessions import SessionEnded

COMPLETE = b"event: complete\ndata:\n\n"
HEARTBEAT = b":\n\n"

HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """The times of an event stream, in seconds."""

    heartbeat: float = 12.0
    """Between two comments."""
    send_time: float = 30.0
    """For each event."""
    close_time: float = 10.0
    """For the last bytes."""


def next_event(result: dict[str, Any]) -> bytes:
    """Return the event ``next`` with a result; JSON from ``encode`` has no line breaks, so one ``data`` line holds it."""
    return b"event: next\ndata: " + encode(result) + b"\n\n"


class EventStreamResponse:
    """The response to one subscription, an ASGI application that streams until either side closes.

    ``authenticate`` returns the context that the client's authorization gives now. If ``results`` raises
    ``SessionEnded``, its message is the last error. Nothing is queued: the next result is taken when the last is sent.
    """

    def __init__(
        self,
        results: AsyncGenerator[dict[str, Any], None],
        context: Context,
        authenticate: Callable[[], Awaitable[Context]],
        request_id: str,
        *,
        connections: OpenConnections,
        limits: StreamLimits,
    ) -> None:
        self._results = results
        self._context = context
        self._session = SessionWatch(authenticate, self._end_session)
        self._request_id = request_id
        self._connections = connections
        self._limits = limits
        self._tasks: set[asyncio.Task[None]] = set()
        self._write_lock = asyncio.Lock()
        self._last: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()

    def close(self) -> None:
        """Close without ``complete``, which has the client connect again."""
        self._end(b"")

    def revalidate(self, member_id: str) -> None:
        """End with an error if the stream is this member's and its session has ended."""
        self._session.revalidate(member_id)

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until there are no more, then wait until the subscription has cleaned up."""
        with self._connections.register(self), OPEN_EVENT_STREAMS.track_inprogress():
            await self._stream(receive, send)

    async def _stream(self, receive: Receive, send: Send) -> None:
        self._session.start(self._context)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS]})
            self._start(self._watch_disconnect(receive))
            self._start(self._send_heartbeats(send))
            self._start(self._send_results(send))
            last = await self._last
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, *self._session.stop(), return_exceptions=True)
        if last is not None:
            await self._send_last(send, last)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _end(self, last: bytes | None) -> None:
        """End the stream with these bytes, None if nothing can be sent; only the first call counts."""
        if not self._last.done():
            self._last.set_result(last)

    def _end_session(self, reason: str) -> None:
        self._end(next_event(request_error_result(reason, "UNAUTHENTICATED")) + COMPLETE)

    async def _watch_disconnect(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._end(None)

    async def _send_heartbeats(self, send: Send) -> None:
        # The first at once: some browsers do not take headers alone for a response.
        while True:
            await self._write(send, HEARTBEAT)
            await asyncio.sleep(self._limits.heartbeat)

    async def _send_results(self, send: Send) -> None:
        try:
            async with aclosing(self._results) as results:
                async for result in results:
                    await self._write(send, next_event(result))
                    # Neither a ready generator nor an empty buffer ever waits: let other tasks run.
                    await asyncio.sleep(0)
            self._end(COMPLETE)
        except SessionEnded as ended:
            self._end_session(str(ended))
        except Exception as error:
            self._end(next_event(internal_error_result(error, self._request_id)) + COMPLETE)

    async def _write(self, send: Send, data: bytes) -> None:
        async with self._write_lock:
            try:
                async with asyncio.timeout(self._limits.send_time):
                    await send({"type": "http.response.body", "body": data, "more_body": True})
            except TimeoutError:
                self._end(None)

    async def _send_last(self, send: Send, last: bytes) -> None:
        # A client that reads nothing leaves no room for the last bytes either: then the connection is just dropped.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.close_time):
                await send({"type": "http.response.body", "body": last})
