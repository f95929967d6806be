"""Subscriptions over HTTP: opens their event streams, and reaches all of them when a session or the server ends."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from server.execution.executor import Context, Executor, Operation
from server.http.sse import EventStream, StreamLimits
from server.observability.metrics import OPEN_STREAMS


class EventStreams:
    """The streams of one process."""

    def __init__(self, executor: Executor, *, limits: StreamLimits | None = None) -> None:
        self._executor = executor
        self._limits = limits or StreamLimits()
        self._streams: dict[asyncio.Task[Any], EventStream] = {}
        self._going = False

    def open(
        self, operation: Operation, context: Context, make_context: Callable[[], Awaitable[Context]], request_id: str
    ) -> ASGIApp:
        """Return the response to a subscription, which begins when it is sent.

        `make_context` asks anew whose the client's authorization is.
        """
        answers = self._executor.subscribe(operation, context, request_id)
        stream = EventStream(answers, context, make_context, request_id, self._limits)
        return partial(self._serve, stream)

    async def _serve(self, stream: EventStream, scope: Scope, receive: Receive, send: Send) -> None:
        if self._going:
            stream.end()
        task = asyncio.current_task()
        assert task is not None
        self._streams[task] = stream
        try:
            with OPEN_STREAMS.track_inprogress():
                await stream(scope, receive, send)
        finally:
            del self._streams[task]

    def recall(self, member_id: str) -> None:
        """Have every stream of a member ask whether its authorization holds, and end where it does not."""
        for stream in self._streams.values():
            stream.recall(member_id)

    async def shutdown(self) -> None:
        """End every stream without `complete`, so that its client comes back, and wait for them."""
        self._going = True
        for stream in self._streams.values():
            stream.end()
        if self._streams:
            await asyncio.wait(list(self._streams))
