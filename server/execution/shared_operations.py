"""Operations of subscriptions that are executed once for an event, however many subscriptions wait for the result.

An event of an ``EventSource`` is executed and encoded once for all subscriptions that see the same of it: those with
the same document, operation and variables, whose viewer is the same member. The limit on the time of an operation holds
for each event. A subscription ends with the error if one takes longer, so that the client knows after which event to
continue.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakValueDictionary

from graphql import GraphQLError

from models.shares import borrowing
from schema.reading.event_source import EventSource
from server.execution.clients import borrower_of, client_key
from server.execution.executor_interface import Context, Operation, Result, SharedResult
from server.execution.time_limit import TimeLimit
from server.protocol.cancellation import aborted_if_not_cancelled
from server.protocol.errors import format_execution_errors
from server.protocol.messages import encode
from server.protocol.request_errors import GraphQLRequestError
from server.protocol.request_ids import new_request_id
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
_AT_ONCE = 10
"""The number of operations of one member that are executed for events at a time, so that others have their turn between."""
_CONTEXT = "context"


class SharedOperation:
    """A subscription's operation, shared by all subscriptions for whom its results are the same."""

    def __init__(
        self, operation: Operation, complete_event: CompleteEvent, time_limit: TimeLimit, turns: "Turns"
    ) -> None:
        self._operation = operation
        self._turns = turns
        self._complete_event = complete_event
        self._time_limit = time_limit
        assert operation.event_traits is not None
        self.by_session = operation.event_traits.by_session

    def complete(self, source: EventSource, delivery: Delivery) -> "Completion":
        """Return the completion of this operation for a delivery, which it begins if no subscription has."""
        completion: Completion | None = delivery.shared.get(self)
        if completion is None:
            completion = delivery.shared[self] = Completion(self._run(source, delivery))
        return completion

    async def _run(self, source: EventSource, delivery: Delivery) -> SharedResult | None:
        request_id = new_request_id()
        viewer = delivery.viewer
        share = borrowing(borrower_of(client_key(str(viewer.member_id), ""), viewer))
        try:
            with aborted_if_not_cancelled(), share:
                async with self._turns.of(viewer.member_id):
                    execution = self._execute(source, delivery, request_id)
                    return await self._time_limit.hold(self._operation.type, execution)
        except Exception as error:
            return failure_result(error, request_id)

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


class Turns:
    """The turns of members whose events wait to be executed."""

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, member_id: UUID) -> asyncio.Semaphore:
        """Return what a member's executions wait for."""
        turn = self._turns.get(member_id)
        if turn is None:
            turn = self._turns[member_id] = asyncio.Semaphore(_AT_ONCE)
        return turn


class SharedOperations:
    """The operations of the subscriptions that are open."""

    def __init__(self, complete_event: CompleteEvent, time_limit: TimeLimit) -> None:
        self._complete_event = complete_event
        self._time_limit = time_limit
        self._turns = Turns()
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
            shared = self._operations[key] = SharedOperation(
                operation, self._complete_event, self._time_limit, self._turns
            )
        return shared


class Completion:
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


def failure_result(error: Exception, request_id: str) -> SharedResult:
    """Return the result that ends a subscription with an error, which is logged."""
    if isinstance(error, GraphQLRequestError):
        codes = ", ".join(one["extensions"]["code"] for one in error.formatted["errors"])
        _log.warning("request %s: an event ended its subscriptions with %s", request_id, codes)
        return SharedResult(error.formatted)
    if not isinstance(error, GraphQLError):
        error = GraphQLError(str(error), original_error=error)
    return SharedResult({"errors": format_execution_errors([error], request_id)})
