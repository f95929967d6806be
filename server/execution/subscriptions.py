"""Subscriptions that are open: how their events are executed, and how the results reach their sinks.

An event of an ``EventSource`` is executed and encoded once for all subscriptions that see the same of it: those with
the same document, operation and variables, whose viewer is the same member. None of them has a task while it waits.
The limit on the time of an operation holds for each event. A subscription ends with the error if one takes longer, so
that the client knows after which event to continue.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import Any, Protocol
from weakref import WeakValueDictionary

from graphql import GraphQLError

from schema.reading.event_source import EventSource
from server.execution.executor_interface import Context, Operation, Result, SharedResult, Sink
from server.execution.time_limit import TimeLimit
from server.protocol.cancellation import aborted_if_not_cancelled
from server.protocol.errors import format_execution_errors, log_failure
from server.protocol.messages import encode
from server.protocol.request_errors import GraphQLRequestError
from server.protocol.request_ids import new_request_id
from services.accounts.sessions import SessionEnded
from services.notifications.listeners import Delivery


class CompleteEvent(Protocol):
    """Executes an operation for one event of its source; errors are logged with the request id."""

    def __call__(
        self, operation: Operation, context: Context, event: object, request_id: str
    ) -> Coroutine[Any, Any, Result]:
        """Return the result."""


_log = logging.getLogger("trackers.operations")
_CALLBACKS_AT_ONCE = 100
"""The number of subscriptions that are given a result before other tasks have their turn."""
_CONTEXT = "context"


class SharedOperation:
    """A subscription's operation, shared by all subscriptions for whom its results are the same."""

    def __init__(self, operation: Operation, complete_event: CompleteEvent, time_limit: TimeLimit) -> None:
        self._operation = operation
        self._complete_event = complete_event
        self._time_limit = time_limit
        assert operation.event_traits is not None
        self.by_session = operation.event_traits.by_session

    def complete(self, source: EventSource, delivery: Delivery) -> "_Completion":
        """Return the completion of this operation for a delivery, which it begins if no subscription has."""
        completion: _Completion | None = delivery.shared.get(self)
        if completion is None:
            completion = delivery.shared[self] = _Completion(self._run(source, delivery))
        return completion

    async def _run(self, source: EventSource, delivery: Delivery) -> SharedResult | None:
        request_id = new_request_id()
        try:
            with aborted_if_not_cancelled():
                execution = self._execute(source, delivery, request_id)
                return await self._time_limit.hold(self._operation.type, execution)
        except Exception as error:
            return _failure(error, request_id)

    async def _execute(self, source: EventSource, delivery: Delivery, request_id: str) -> SharedResult | None:
        event = await source.event_of(delivery)
        if event is None:
            return None
        context = delivery.shared.get(_CONTEXT)
        if context is None:  # the operations of a delivery share what their loaders have read
            context = delivery.shared[_CONTEXT] = source.context_of(delivery)
        result = SharedResult(await self._complete_event(self._operation, context, event, request_id))
        result.encode()  # here, so that a failure ends the subscriptions with an error
        return result


class SharedOperations:
    """The operations of the subscriptions that are open."""

    def __init__(self, complete_event: CompleteEvent, time_limit: TimeLimit) -> None:
        self._complete_event = complete_event
        self._time_limit = time_limit
        self._operations: WeakValueDictionary[object, SharedOperation] = WeakValueDictionary()

    def share(self, operation: Operation) -> SharedOperation:
        """Return the operation that a subscription shares with others."""
        assert operation.event_traits is not None
        # A variable that is absent may have a default value, which null does not.
        given = operation.variables
        variables = {name: given[name] for name in operation.event_traits.variables if name in given}
        # The id stands for the document as long as the entry exists, because its value holds the document.
        key = (id(operation.document), operation.name, operation.on_error, encode(variables))
        shared = self._operations.get(key)
        if shared is None:
            shared = self._operations[key] = SharedOperation(operation, self._complete_event, self._time_limit)
        return shared


class _Completion:
    """The execution of one operation for one event, and the subscriptions that wait for its result."""

    def __init__(self, execution: Coroutine[Any, Any, SharedResult | None]) -> None:
        self._waiting: list[Callable[[SharedResult | None], None]] = []
        self._is_done = False
        self._result: SharedResult | None = None
        self._task = asyncio.create_task(self._run(execution))

    def add(self, callback: Callable[[SharedResult | None], None]) -> None:
        """Call back with the result; None: its viewer may no longer see what the subscription listens to.

        The callback must not raise an exception: those after it would wait for ever.
        """
        if self._is_done:
            asyncio.get_running_loop().call_soon(callback, self._result)
        else:
            self._waiting.append(callback)

    async def _run(self, execution: Coroutine[Any, Any, SharedResult | None]) -> None:
        self._result = await execution
        for count, callback in enumerate(self._waiting, start=1):
            callback(self._result)
            if count % _CALLBACKS_AT_ONCE == 0:
                await asyncio.sleep(0)
        self._is_done = True


class FeedSubscription:
    """A subscription to the events of a feed, which is called back with each."""

    __slots__ = ("_completion", "_is_closed", "_listener", "_on_close", "_operation", "_sink", "_source")

    def __init__(
        self, source: EventSource, operation: SharedOperation, sink: Sink, on_close: Callable[[], None]
    ) -> None:
        self._source = source
        self._operation = operation
        self._sink = sink
        self._on_close = on_close
        self._is_closed = False
        self._completion: _Completion | None = None
        self._listener = source.listen(self._deliver, self._end, by_session=operation.by_session)

    def resume(self) -> None:
        """Deliver the next result, now or when there is one."""
        self._source.feed.ready(self._listener)

    def close(self) -> None:
        """Deliver nothing more."""
        if not self._is_closed:
            self._is_closed = True
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
        request_id: str,
    ) -> None:
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
            self._sink.deliver(_failure(error, self._request_id))
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
                await asyncio.sleep(0)


def _failure(error: Exception, request_id: str) -> SharedResult:
    if isinstance(error, GraphQLRequestError):
        codes = ", ".join(one["extensions"]["code"] for one in error.formatted["errors"])
        _log.warning("request %s: an event ended its subscriptions with %s", request_id, codes)
        return SharedResult(error.formatted)
    if not isinstance(error, GraphQLError):
        error = GraphQLError(str(error), original_error=error)
    return SharedResult({"errors": format_execution_errors([error], request_id)})
