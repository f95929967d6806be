"""An executor that measures: what is asked, by whom, how long it takes, and the errors that come of it."""

import logging
import time
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from graphql import OperationType

from server.execution.executor_interface import Context, Executor, Operation, Result
from server.observability.metrics import OPERATION_SECONDS, OTHER, ROOT_FIELDS
from server.observability.request_context import RequestContext, record_error, request_context
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError

_log = logging.getLogger("trackers.operations")


class InstrumentedExecutor:
    """Wraps an executor: counts and times each operation, and logs those that belong to no HTTP request."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def prepare(self, request: Request, context: Context) -> Operation:
        """Check an operation and charge its cost. Raises GraphQLRequestError."""
        try:
            return self._executor.prepare(request, context)
        except GraphQLRequestError as error:
            ROOT_FIELDS.labels(OTHER, OTHER).inc()
            _record_errors(error.formatted)
            raise

    async def execute(self, operation: Operation, context: Context, request_id: str) -> Result:
        """Execute a query or mutation and return the result. Raises GraphQLRequestError if it takes too long."""
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
        """Yield the result of each event; one without ``data`` is the last.

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
    """One operation from its start to its end."""

    def __init__(self, operation: Operation) -> None:
        of_request = request_context.get()
        self._is_request = of_request is not None
        self._context = of_request or RequestContext()
        self._type = operation.type
        self._started = time.perf_counter()
        self._context.operation = operation.type.value
        self._context.fields = operation.root_fields
        for name in operation.root_fields:
            ROOT_FIELDS.labels(operation.type.value, name).inc()

    def record(self, result: Result) -> None:
        """Record the errors of a result."""
        _record_errors(result, self._context)

    def finish(self, context: Context, request_id: str) -> None:
        """Record the member and the time; write the log line, unless the HTTP request has one."""
        seconds = time.perf_counter() - self._started
        if self._type is not OperationType.SUBSCRIPTION:  # that lasts until the client ends it
            OPERATION_SECONDS.labels(self._type.value).observe(seconds)
        self._context.member_id = context.member_id
        if not self._is_request:
            timing = {"request_id": request_id, "milliseconds": round(seconds * 1000, 1)}
            _log.info("operation", extra={**timing, **self._context.log_fields()})


def _record_errors(result: Result, context: RequestContext | None = None) -> None:
    errors: Iterable[Mapping[str, Any]] = result.get("errors", ())
    for error in errors:
        record_error(str(error.get("extensions", {}).get("code", OTHER)), context)
