"""Opening a subscription: calling the resolver of its field, and listening to the events that it returns."""

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from functools import partial
from typing import Any

from graphql import ExecutionResult

from models.shares import borrowing
from schema.reading.event_source import EventSource
from server.execution.budgets import Budgets
from server.execution.clients import borrower_of
from server.execution.concurrency import ConcurrencyLimiter
from server.execution.event_payments import EventPayments
from server.execution.executor_interface import Context, OpenSubscription, Operation, Result, SharedResult, Sink
from server.execution.shared_operations import CompleteEvent, SharedOperations
from server.execution.subscriptions import FeedSubscription, StreamSubscription
from server.execution.time_limit import TimeLimit
from server.protocol.cancellation import aborted_if_not_cancelled
from server.protocol.errors import format_execution_errors
from server.protocol.request_errors import GraphQLRequestError

SourceEvents = Callable[[Operation, Context], Awaitable[ExecutionResult | AsyncIterable[Any]]]
"""Returns the event stream of a subscription, or a result with the errors if it cannot start."""


class Subscriptions:
    """Opens subscriptions; each counts as a running operation of its client until it ends."""

    def __init__(
        self,
        source_events: SourceEvents,
        complete_event: CompleteEvent,
        concurrency: ConcurrencyLimiter,
        time_limit: TimeLimit,
        budgets: Budgets,
    ) -> None:
        self._budgets = budgets
        self._source_events = source_events
        self._complete_event = complete_event
        self._concurrency = concurrency
        self._time_limit = time_limit
        self._operations = SharedOperations(complete_event, time_limit)

    async def open(
        self, operation: Operation, context: Context, request_id: str, sink: Sink
    ) -> OpenSubscription | None:
        """Open a subscription whose results go to a sink; return None if it has ended with an error already."""
        self._concurrency.acquire(operation.client_key)
        release = partial(self._concurrency.release, operation.client_key)
        payments = EventPayments(self._budgets, operation.client_key, operation.charge.requested)
        subscription: OpenSubscription | None = None
        try:
            with aborted_if_not_cancelled(), borrowing(borrower_of(operation.client_key, context.viewer)):
                source: Any = await self._time_limit.hold(operation.type, self._source_events(operation, context))
            if isinstance(source, EventSource):
                subscription = FeedSubscription(
                    source, self._operations.share(operation), sink, release, payments=payments
                )
            elif isinstance(source, ExecutionResult):
                sink.deliver(SharedResult({"errors": format_execution_errors(source.errors or [], request_id)}))
            else:
                assert isinstance(source, AsyncGenerator)
                complete = self._completer(operation, context, request_id)
                subscription = StreamSubscription(
                    source, complete, sink, release, payments=payments, request_id=request_id
                )
        except GraphQLRequestError as error:  # opening it took too long
            sink.deliver(SharedResult(error.formatted))
        finally:
            if subscription is None:
                release()
        return subscription

    def _completer(
        self, operation: Operation, context: Context, request_id: str
    ) -> Callable[[object], Awaitable[Result]]:
        """Return the function that completes an event in the share and the time of its client."""

        async def complete(event: object) -> Result:
            with borrowing(borrower_of(operation.client_key, context.viewer)):
                completion = self._complete_event(operation, context, event, request_id)
                return await self._time_limit.hold(operation.type, completion)

        return complete
