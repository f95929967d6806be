"""One stream of server-sent events, by the text of graphql-sse's protocol (distinct connections).

`event: next` holds an answer, `event: complete` says that there are no more, and a comment now and then keeps
whatever stands between from taking the line for dead. A stream that breaks off without `complete` (the server
goes, the client does not read) is to be opened again: the assignments missed come with the cursor in `after`.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from server.execution.executor import Context
from server.execution.session_watch import SessionWatch
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
    """What one stream may take, in seconds."""

    heartbeat: float = 12.0
    send_time: float = 30.0
    close_time: float = 10.0


def next_event(answer: dict[str, Any]) -> bytes:
    """Write an answer as an event; JSON as `encode` writes it has no line ends, so that one `data` line holds it."""
    return b"event: next\ndata: " + encode(answer) + b"\n\n"


class EventStream:
    """The response to one subscription: an ASGI application that lasts until either side has enough.

    `make_context` asks anew whose the client's authorization is. Where `answers` raises `SessionEnded`, its text is
    the last error. Nothing is queued: the next answer is made when the last one is on its way.
    """

    def __init__(
        self,
        answers: AsyncGenerator[dict[str, Any], None],
        context: Context,
        make_context: Callable[[], Awaitable[Context]],
        request_id: str,
        limits: StreamLimits,
    ) -> None:
        self._answers = answers
        self._context = context
        self._session = SessionWatch(make_context, self._end_with_session)
        self._request_id = request_id
        self._limits = limits
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        self._last: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()

    def end(self, last: bytes | None = b"") -> None:
        """Have the stream ended with these bytes, None if nothing can be sent; the first one to say so is heard."""
        if not self._last.done():
            self._last.set_result(last)

    def recall(self, member_id: str) -> None:
        """End, with an error, if this is the member's and its authorization holds no longer."""
        self._session.recall(member_id)

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until there are no more; then wait until the subscription has cleaned up."""
        self._session.begin(self._context)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS]})
            self._begin(self._watch(receive))
            self._begin(self._beat(send))
            self._begin(self._deliver(send))
            last = await self._last
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, *self._session.stop(), return_exceptions=True)
        if last is not None:
            await self._close(send, last)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _end_with_session(self, reason: str) -> None:
        self.end(next_event(request_error_result(reason, "UNAUTHENTICATED")) + COMPLETE)

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.end(None)

    async def _beat(self, send: Send) -> None:
        # The first at once: some browsers take the headers alone for no answer yet.
        while True:
            await self._write(send, HEARTBEAT)
            await asyncio.sleep(self._limits.heartbeat)

    async def _deliver(self, send: Send) -> None:
        try:
            async with aclosing(self._answers) as answers:
                async for answer in answers:
                    await self._write(send, next_event(answer))
                    # Neither a ready generator nor an empty buffer ever waits: let the others have a turn.
                    await asyncio.sleep(0)
            self.end(COMPLETE)
        except SessionEnded as ended:
            self._end_with_session(str(ended))
        except Exception as bug:
            self.end(next_event(internal_error_result(bug, self._request_id)) + COMPLETE)

    async def _write(self, send: Send, data: bytes) -> None:
        async with self._writing:
            try:
                async with asyncio.timeout(self._limits.send_time):
                    await send({"type": "http.response.body", "body": data, "more_body": True})
            except TimeoutError:
                self.end(None)

    async def _close(self, send: Send, last: bytes) -> None:
        # A client that does not read leaves no room for the end either: then only the line is cut.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.close_time):
                await send({"type": "http.response.body", "body": last})
