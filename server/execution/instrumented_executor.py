"""An executor that records metrics and log lines: root fields, members, durations and errors."""

import logging
import time
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from graphql import OperationType

from server.execution.executor_interface import Context, Executor, Operation, Result
from server.observability.metrics import OTHER, count_operation, count_root_field
from server.observability.request_context import RequestContext, record_error, request_context
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError

_log = logging.getLogger("trackers.operations")


class InstrumentedExecutor:
    """Wraps an executor to count and time operations, and to log those that do not belong to an HTTP request."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def prepare(self, request: Request, context: Context) -> Operation:
        """Check an operation and charge its cost. Raises GraphQLRequestError."""
        try:
            return self._executor.prepare(request, context)
        except GraphQLRequestError as error:
            count_root_field(OTHER, OTHER)
            _record_errors(error.formatted)
            raise

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
            measurement.finish(context, request_id)

    async def subscribe(self, operation: Operation, context: Context, request_id: str) -> AsyncGenerator[Result, None]:
        """Yield the result of each event; a result without ``data`` is the last one.

        Raises SessionEnded once the session behind the subscription has ended.
        """
        measurement = _Measurement(operation)
        try:
            async with aclosing(self._executor.subscribe(operation, context, request_id)) as results:
                async for result in results:
                    measurement.record(result)
                    yield result
        finally:
            measurement.finish(context, request_id)


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

    def finish(self, context: Context, request_id: str) -> None:
        """Record the member and the duration, and log the operation if it does not belong to an HTTP request."""
        seconds = time.perf_counter() - self._started
        if self._type is not OperationType.SUBSCRIPTION:  # a subscription lasts until the client ends it
            count_operation(self._type.value, seconds)
        self._context.member_id = context.member_id
        if not self._has_http_request:
            timing = {"request_id": request_id, "milliseconds": round(seconds * 1000, 1)}
            _log.info("operation", extra={**timing, **self._context.log_fields()})


def _record_errors(result: Result, context: RequestContext | None = None) -> None:
    errors: Iterable[Mapping[str, Any]] = result.get("errors", ())
    for error in errors:
        record_error(str(error.get("extensions", {}).get("code", OTHER)), context)
