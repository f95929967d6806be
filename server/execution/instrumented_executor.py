"""An executor that records metrics and log lines: root fields, members, durations and errors."""

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from graphql import OperationType

from server.execution.clients import ClientKey
from server.execution.documents.checks import CheckedDocument
from server.execution.executor_interface import (
    Context,
    Executor,
    OpenSubscription,
    Operation,
    Result,
    SharedResult,
    Sink,
)
from server.observability.metrics import OTHER, count_operation, count_root_field
from server.observability.request_context import RequestContext, record_error, request_context
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError

_log = logging.getLogger("trackers.operations")


class InstrumentedExecutor:
    """Wraps an executor to count and time operations, and to log those that do not belong to an HTTP request."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def admit(self, client: ClientKey) -> int:
        """Charge a client for a request or message, and return how many bytes it may have. Raises GraphQLRequestError."""
        with _recording_refusals():
            return self._executor.admit(client)

    def receive(self, client: ClientKey, data: bytes | str) -> None:
        """Charge a client for the bytes of a request or message, before decoding. Raises GraphQLRequestError."""
        with _recording_refusals():
            self._executor.receive(client, data)

    async def load_document(self, request: Request, context: Context) -> CheckedDocument | None:
        """Check a member's document, unless it is known, while others are served. Raises GraphQLRequestError."""
        with _recording_refusals():
            return await self._executor.load_document(request, context)

    def prepare(self, request: Request, context: Context, document: CheckedDocument | None = None) -> Operation:
        """Check an operation and charge its cost. Raises GraphQLRequestError."""
        with _recording_refusals():
            return self._executor.prepare(request, context, document)

    async def execute(self, operation: Operation, context: Context, request_id: str) -> Result:
        """Execute a query or mutation and return its result. Raises GraphQLRequestError if it times out."""
        measurement = _Measurement(operation)
        try:
            result = await self._executor.execute(operation, context, request_id)
            measurement.record(result)
            return result
        except GraphQLRequestError as error:
            measurement.record(error.formatted)
            raise
        finally:
            measurement.finish(context.member_id, request_id)

    async def open(
        self, operation: Operation, context: Context, request_id: str, sink: Sink
    ) -> OpenSubscription | None:
        """Open a subscription whose results go to a sink; return None if it has ended with an error already."""
        measured = _MeasuredSubscription(_Measurement(operation), context.member_id, request_id, sink)
        try:
            measured.subscription = await self._executor.open(operation, context, request_id, measured)
        except BaseException:
            measured.finish()
            raise
        return measured if measured.subscription is not None else None


class _MeasuredSubscription:
    """A subscription, and its sink, whose errors and end are recorded."""

    __slots__ = ("_is_finished", "_measurement", "_member_id", "_request_id", "_sink", "subscription")

    def __init__(self, measurement: "_Measurement", member_id: str | None, request_id: str, sink: Sink) -> None:
        self._measurement = measurement
        self._member_id = member_id
        self._request_id = request_id
        self._sink = sink
        self._is_finished = False
        self.subscription: OpenSubscription | None = None

    def deliver(self, result: SharedResult) -> bool:
        """Take a result, and record its errors."""
        self._measurement.record(result.result)
        if result.is_last:
            self.finish()
        return self._sink.deliver(result)

    def end(self, reason: Exception | None) -> None:
        """Take note that nothing follows."""
        self.finish()
        self._sink.end(reason)

    def resume(self) -> None:
        """Deliver the next result, now or when there is one."""
        if self.subscription is not None:
            self.subscription.resume()

    def close(self) -> asyncio.Task[None] | None:
        """Deliver nothing more; return the task that still cleans up, if there is one."""
        self.finish()
        return self.subscription.close() if self.subscription is not None else None

    def finish(self) -> None:
        """Record the duration and log the operation, once."""
        if not self._is_finished:
            self._is_finished = True
            self._measurement.finish(self._member_id, self._request_id)


class _Measurement:
    """The measurement of one operation, from start to finish."""

    def __init__(self, operation: Operation) -> None:
        current = request_context.get()
        self._has_http_request = current is not None
        self._context = current or RequestContext()
        self._type = operation.type
        self._started = time.perf_counter()
        self._context.operation = operation.type.value
        self._context.fields = operation.root_fields
        for name in operation.root_fields:
            count_root_field(operation.type.value, name)

    def record(self, result: Result) -> None:
        """Record the errors in a result."""
        _record_errors(result, self._context)

    def finish(self, member_id: str | None, request_id: str) -> None:
        """Record the member and the duration, and log the operation if it does not belong to an HTTP request."""
        seconds = time.perf_counter() - self._started
        if self._type is not OperationType.SUBSCRIPTION:  # a subscription lasts until the client ends it
            count_operation(self._type.value, seconds)
        self._context.member_id = member_id
        if not self._has_http_request:
            timing = {"request_id": request_id, "milliseconds": round(seconds * 1000, 1)}
            _log.info("operation", extra={**timing, **self._context.log_fields()})


@contextmanager
def _recording_refusals() -> Iterator[None]:
    """Count and record the error of a request that is not executed."""
    try:
        yield
    except GraphQLRequestError as error:
        count_root_field(OTHER, OTHER)
        _record_errors(error.formatted)
        raise


def _record_errors(result: Result, context: RequestContext | None = None) -> None:
    errors: Iterable[Mapping[str, Any]] = result.get("errors", ())
    for error in errors:
        record_error(str(error.get("extensions", {}).get("code", OTHER)), context)
