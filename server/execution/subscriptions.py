"""Subscriptions that are open: how the results of their events reach their sinks."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from schema.reading.event_source import EventSource
from server.execution.event_payments import EventPayments
from server.execution.executor_interface import Result, SharedResult, Sink
from server.execution.shared_operations import Completion, SharedOperation, failure_result
from server.protocol.cancellation import aborted_if_not_cancelled
from server.protocol.errors import log_failure
from server.protocol.request_ids import new_request_id
from services.accounts.sessions.ending import SessionEnded
from services.notifications.listeners import Delivery


class FeedSubscription:
    """A subscription to the events of a feed, which is called back with each. It has no task while it waits."""

    __slots__ = ("_completion", "_is_closed", "_listener", "_on_close", "_operation", "_payments", "_sink", "_source", "_timer")  # fmt: skip

    def __init__(
        self,
        source: EventSource,
        operation: SharedOperation,
        sink: Sink,
        on_close: Callable[[], None],
        *,
        payments: EventPayments,
    ) -> None:
        self._payments = payments
        self._timer: asyncio.TimerHandle | None = None
        self._source = source
        self._operation = operation
        self._sink = sink
        self._on_close = on_close
        self._is_closed = False
        self._completion: Completion | None = None
        self._listener = source.listen(self._deliver, self._end, by_session=operation.by_session)

    def resume(self) -> None:
        """Deliver the next result, as soon as there is one and it is paid for."""
        if self._is_closed:
            return
        if seconds := self._payments.pay():
            self._timer = asyncio.get_running_loop().call_later(seconds, self._source.feed.ready, self._listener)
        else:
            self._source.feed.ready(self._listener)

    def close(self) -> None:
        """Deliver nothing more."""
        if not self._is_closed:
            self._is_closed = True
            if self._timer is not None:
                self._timer.cancel()
            self._source.feed.remove(self._listener)
            self._on_close()

    def _deliver(self, delivery: Delivery) -> None:
        self._completion = self._operation.complete(self._source, delivery)
        self._completion.add(self._send)

    def _send(self, result: SharedResult | None) -> None:
        self._completion = None
        if self._is_closed:
            return
        try:
            self._pass_on(result)
        except Exception as error:  # sinks raise none; if one does, its subscription fails, the others do not
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        try:
            self._end(error)  # the sink logs it
        except Exception as failure:
            log_failure(failure, new_request_id())

    def _pass_on(self, result: SharedResult | None) -> None:
        if result is None:
            self._end(None)
            return
        if result.is_last:
            self.close()
        if self._sink.deliver(result):
            self.resume()

    def _end(self, reason: Exception | None) -> None:
        self.close()
        self._sink.end(reason)


class StreamSubscription:
    """A subscription to any other event stream, whose results a task passes on one at a time."""

    def __init__(
        self,
        events: AsyncGenerator[Any, None],
        complete: Callable[[Any], Awaitable[Result]],
        sink: Sink,
        on_close: Callable[[], None],
        *,
        payments: EventPayments,
        request_id: str,
    ) -> None:
        self._payments = payments
        self._events = events
        self._complete = complete
        self._sink = sink
        self._request_id = request_id
        self._resumed = asyncio.Event()
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(lambda _: on_close())

    def resume(self) -> None:
        """Deliver the next result, now or when there is one."""
        self._resumed.set()

    def close(self) -> asyncio.Task[None]:
        """Deliver nothing more, and return the task, which still has to clean up."""
        self._task.cancel()
        return self._task

    async def _run(self) -> None:
        reason: Exception | None = None
        try:
            with aborted_if_not_cancelled():
                await self._deliver_all()
        except SessionEnded as ended:
            reason = ended
        except Exception as error:
            self._sink.deliver(failure_result(error, self._request_id))
            return
        self._sink.end(reason)

    async def _deliver_all(self) -> None:
        async with aclosing(self._events):
            async for event in self._events:
                result = SharedResult(await self._complete(event))
                self._resumed.clear()
                if not self._sink.deliver(result):
                    await self._resumed.wait()
                # Neither a ready generator nor a sink that is ready yields to other tasks, so do that here.
                await asyncio.sleep(self._payments.pay())
