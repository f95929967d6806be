"""Executes GraphQL operations, compiled or with graphql-core, independently of the transport.

``prepare`` detects every request error (in the document, the operation name, the variables or the limits) before
execution starts. A result without ``data`` therefore means that nothing was executed, and a result with ``data`` that
the operation was. The exceptions are an operation that timed out, whose error says so, and one that was cut off by the
cancellation of what it waited for, which is an internal error.
"""

from collections.abc import AsyncIterable
from inspect import isawaitable
from typing import Any

from graphql import DocumentNode, ExecutionResult, create_source_event_stream, execute
from graphql.execution import VariableValues
from strawberry.execution import optimized_is_awaitable

from models.shares import borrowing
from schema.declaration.base import Schema
from schema.declaration.costs import LISTED_VALUE_PRICE
from server.execution.answers import ENCODING
from server.execution.clients import borrower_of, client_key
from server.execution.compiled.execution import Unfinished
from server.execution.compiled.reasons import Reason
from server.execution.compiled.registry import Registry
from server.execution.compiled.resume import Outcome, dispose, resuming
from server.execution.concurrency import ConcurrencyLimiter
from server.execution.document_cache import CheckedDocument, CheckedOperation, DocumentCache
from server.execution.error_behaviour import EXECUTOR_CLASSES, parse_error_behaviour
from server.execution.executor_interface import Context, OpenSubscription, Operation, Result, Sink
from server.execution.rate_limit import TokenBuckets
from server.execution.subscription_opening import Subscriptions
from server.execution.time_limit import TimeLimit, raise_statement_timeout
from server.execution.variables import ValueCounts, check_size, coerce_variables, count_values
from server.limits import Limits
from server.observability.metrics import EXECUTOR_FALLBACKS
from server.protocol.error_codes import Code
from server.protocol.errors import format_execution_errors
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError, limit_exceeded, request_error, too_many_requests

PERSISTED_QUERY_NOT_SUPPORTED = "PersistedQueryNotSupported"
"""A message that clients know: older ones compare it instead of the code, and then send the document."""
INTROSPECTION_NEEDS_SIGN_IN = "Sign in first: only members may introspect the schema"

_NO_VARIABLES = VariableValues({}, {})


class GraphQLExecutor:
    """Executes operations on a schema, within the configured limits.

    Unless ``compiled`` is false, operations are compiled, and graphql-core executes what the compiled executor leaves
    to it: above all, everything that has an error.
    """

    def __init__(self, schema: Schema, limits: Limits | None = None, *, compiled: bool = True) -> None:
        self._schema = schema.graphql_schema
        self._limits = limits or Limits()
        self._registry = Registry(self._schema, ENCODING) if compiled else None
        self._documents = DocumentCache(self._schema, self._limits, self._registry)
        self._buckets = TokenBuckets(self._limits.cost_bucket, self._limits.cost_refill)
        self._concurrency = ConcurrencyLimiter(self._limits.max_operations)
        self._time_limit = TimeLimit(self._limits.operation_seconds)
        self._subscriptions = Subscriptions(
            self._source_events, self.complete_event, self._concurrency, self._time_limit
        )

    def prepare(self, request: Request, context: Context) -> Operation:
        """Check the document, operation name, variables and cost, and charge the cost to the client.

        For anonymous clients, introspection is disabled and "Did you mean" suggestions are omitted. Raises
        GraphQLRequestError.
        """
        key = client_key(context.member_id, context.client)
        self._require_room(key)
        if request.query is None:
            raise request_error(PERSISTED_QUERY_NOT_SUPPORTED, Code.PERSISTED_QUERY_NOT_SUPPORTED)
        on_error = parse_error_behaviour(request.on_error)
        anonymous = context.viewer is None
        document, selected = self._find_operation(request.query, request.operation_name, key, anonymous=anonymous)
        counts = count_values(request.variables)
        check_size(counts, self._limits)
        values = self._coerce_variables(selected, request.variables, hide_suggestions=anonymous)
        cost = self._compute_cost(selected, counts, values)
        return Operation(
            document=document,
            type=selected.definition.operation,
            name=request.operation_name,
            root_fields=selected.root_fields,
            variables=request.variables,
            variable_values=values,
            compiled=selected.compiled,
            event_traits=selected.event_traits,
            on_error=on_error,
            client_key=key,
            charge=self._buckets.spend(key, cost),
        )

    def _require_room(self, key: str) -> None:
        """Raise GraphQLRequestError if the client has as many operations running as it may."""
        if not self._concurrency.has_room(key):
            limit = self._concurrency.limit
            message = f"At most {limit:,} operations at a time"
            raise too_many_requests(message, Code.TOO_MANY_OPERATIONS, 1, allowed=limit)

    def _find_operation(
        self, query: str, name: str | None, key: str, *, anonymous: bool
    ) -> tuple[DocumentNode, CheckedOperation]:
        """Check a document, which costs 1 per character if it is not cached, and return it with the operation to execute.

        Raises GraphQLRequestError.
        """
        if query not in self._documents:
            self._buckets.spend(key, len(query))
        checked = self._documents.check(query, hide_suggestions=anonymous)
        selected = _select_operation(checked, name)
        if selected.introspects and anonymous:
            raise request_error(INTROSPECTION_NEEDS_SIGN_IN, Code.UNAUTHENTICATED)
        return checked.document, selected

    def _coerce_variables(
        self, operation: CheckedOperation, variables: dict[str, Any], *, hide_suggestions: bool
    ) -> VariableValues:
        """Return the coerced values of the variables. Raises GraphQLRequestError."""
        if not operation.definition.variable_definitions:
            return _NO_VARIABLES
        if operation.variables is not None and (values := operation.variables.coerce(variables)) is not None:
            return values
        return coerce_variables(self._schema, operation.definition, variables, hide_suggestions=hide_suggestions)

    def _compute_cost(self, operation: CheckedOperation, counts: ValueCounts, values: VariableValues) -> int:
        """Return the operation's cost. Raises GraphQLRequestError if it exceeds the limit."""
        cost = operation.cost.evaluate(values.coerced)
        cost += operation.fields_with_variables * counts.listed * LISTED_VALUE_PRICE
        if cost > self._limits.max_cost:
            raise GraphQLRequestError([limit_exceeded("cost", "The operation's cost", cost, self._limits.max_cost)])
        return cost

    async def execute(self, operation: Operation, context: Context, request_id: str) -> Result:
        """Execute a query or mutation and return its result.

        Raises GraphQLRequestError if the operation times out; see ``TimeLimit``.
        """
        share = borrowing(borrower_of(operation.client_key, context.viewer))
        with self._concurrency.running(operation.client_key), share:
            result = await self._time_limit.hold(operation.type, self._execute(operation, context))
        return _format_result(result, request_id)

    async def _execute(self, operation: Operation, context: Context, event: object = None) -> ExecutionResult:
        """Execute an operation; for a subscription, with an event as the root value."""
        if operation.compiled is None:
            if self._registry is not None:
                EXECUTOR_FALLBACKS.labels(Reason.SIZE.value).inc()
            return await self._execute_with_graphql_core(operation, context, event, None)
        result = await operation.compiled.execute(operation.variable_values, context, event)
        if not isinstance(result, Unfinished):
            return ExecutionResult(result, None)
        EXECUTOR_FALLBACKS.labels(result.reason.value).inc()
        return await self._execute_with_graphql_core(operation, context, event, result.outcomes)

    async def _execute_with_graphql_core(
        self, operation: Operation, context: Context, event: object, outcomes: dict[str, Outcome] | None
    ) -> ExecutionResult:
        """Execute an operation, except for what the root fields have been resolved to already."""
        arguments = self._arguments(operation, context)
        if outcomes:
            arguments |= {"executor_class": resuming(arguments["executor_class"]), "outcomes": outcomes}
        try:
            execution = execute(self._schema, root_value=event, **arguments)
            result = await execution if isawaitable(execution) else execution
            raise_statement_timeout(operation.type, result)
            return result
        finally:
            dispose(outcomes or {})

    async def _source_events(self, operation: Operation, context: Context) -> ExecutionResult | AsyncIterable[Any]:
        """Return the events of a subscription, or a result with the errors if it cannot start."""
        arguments = self._arguments(operation, context)
        variables = arguments.pop("variable_values")
        executor = arguments.pop("executor_class").build(self._schema, raw_variable_values=variables, **arguments)
        if isinstance(executor, list):
            return ExecutionResult(None, executor)
        stream = create_source_event_stream(executor)
        return await stream if isawaitable(stream) else stream

    def _arguments(self, operation: Operation, context: Context) -> dict[str, Any]:
        """Return the arguments for graphql-core's executors; the last two come from strawberry."""
        return {
            "document": operation.document,
            "context_value": context,
            "variable_values": operation.variables,
            "operation_name": operation.name,
            "executor_class": EXECUTOR_CLASSES[operation.on_error],
            "is_awaitable": optimized_is_awaitable,
        }

    async def open(
        self, operation: Operation, context: Context, request_id: str, sink: Sink
    ) -> OpenSubscription | None:
        """Open a subscription whose results go to a sink; return None if it has ended with an error already."""
        return await self._subscriptions.open(operation, context, request_id, sink)

    async def complete_event(self, operation: Operation, context: Context, event: object, request_id: str) -> Result:
        """Return the result of one event of a subscription: what the source stream has yielded."""
        return _format_result(await self._execute(operation, context, event), request_id)


def _select_operation(checked: CheckedDocument, name: str | None) -> CheckedOperation:
    """Return the operation to execute, like ``GetOperation`` in the GraphQL specification."""
    operations = checked.operations
    if name is None and len(operations) == 1:
        (only,) = operations.values()
        return only
    operation = operations.get(name) if name else None
    if operation is not None:
        return operation
    message = (
        "The document has several operations: operationName must name one"
        if name is None
        else "The document has no operation of this name"
    )
    raise request_error(message, Code.OPERATION_RESOLUTION_FAILURE)


def _format_result(result: ExecutionResult, request_id: str) -> Result:
    formatted: Result = {}
    if result.errors:
        formatted["errors"] = format_execution_errors(result.errors, request_id)
    # An error without a path is a request error: nothing was executed, so there is no data, not even null.
    if result.data is not None or not result.errors or any(error.path for error in result.errors):
        formatted["data"] = result.data
    return formatted
