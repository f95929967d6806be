"""The executor, observed: what is asked, by whom, how long it takes and what it comes to."""

import logging
import time
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from graphql import OperationType

from server.execution.executor import Context, Executor, Operation
from server.observability.metrics import OPERATION_SECONDS, OTHER, ROOT_FIELDS
from server.observability.request_context import RequestContext, record_error, request_context
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError

_log = logging.getLogger("trackers.operations")


class InstrumentedExecutor(Executor):
    """Counts and measures each operation; of one on a socket, which is no HTTP request, it also writes the line."""

    def prepare(self, request: Request, context: Context) -> Operation:
        """Check the operation and have its cost paid; raises GraphQLRequestError."""
        try:
            return super().prepare(request, context)
        except GraphQLRequestError as refusal:
            ROOT_FIELDS.labels(OTHER, OTHER).inc()
            _note_errors(refusal.formatted["errors"])
            raise

    async def run(self, operation: Operation, context: Context, request_id: str) -> dict[str, Any]:
        """Execute a query or mutation and return the whole answer."""
        seen = _Seen(operation)
        try:
            answer = await super().run(operation, context, request_id)
            seen.note(answer)
            return answer
        except GraphQLRequestError as refusal:
            seen.note(refusal.formatted)
            raise
        finally:
            seen.end(context, request_id)

    async def subscribe(
        self, operation: Operation, context: Context, request_id: str
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the answer to each event; one without `data` is the last, and says why there is no more.

        Raises `SessionEnded` once the session behind the subscription is over.
        """
        seen = _Seen(operation)
        try:
            async with aclosing(super().subscribe(operation, context, request_id)) as answers:
                async for answer in answers:
                    seen.note(answer)
                    yield answer
        except GraphQLRequestError as refusal:
            seen.note(refusal.formatted)
            raise
        finally:
            seen.end(context, request_id)


class _Seen:
    """One operation from its beginning to its end."""

    def __init__(self, operation: Operation) -> None:
        of_request = request_context.get()
        self._alone = of_request is None
        self._facts = of_request or RequestContext()
        self._type = operation.type
        self._began = time.perf_counter()
        self._facts.operation = operation.type.value
        self._facts.fields = operation.fields
        for name in self._facts.fields:
            ROOT_FIELDS.labels(operation.type.value, name).inc()

    def note(self, answer: Mapping[str, Any]) -> None:
        """Note the errors of an answer."""
        _note_errors(answer.get("errors", ()), self._facts)

    def end(self, context: Context, request_id: str) -> None:
        """Note whose it was and how long it took; write the line of one that stands alone."""
        seconds = time.perf_counter() - self._began
        if self._type is not OperationType.SUBSCRIPTION:  # that takes as long as somebody listens
            OPERATION_SECONDS.labels(self._type.value).observe(seconds)
        self._facts.member_id = context.member_id
        if self._alone:
            timed = {"request_id": request_id, "milliseconds": round(seconds * 1000, 1)}
            _log.info("operation", extra={**timed, **self._facts.log_fields()})


def _note_errors(errors: Iterable[Mapping[str, Any]], facts: RequestContext | None = None) -> None:
    for error in errors:
        record_error(str(error.get("extensions", {}).get("code", OTHER)), facts)
