"""Executes GraphQL operations, compiled or with graphql-core, independently of the transport.

``prepare`` detects every request error (in the document, the operation name, the variables or the limits) before
execution starts. A result without ``data`` therefore means that nothing was executed, and a result with ``data`` that
the operation was. The exceptions are an operation that timed out, or whose answer is too large, whose error says so, and
one that was cut off by the cancellation of what it waited for, which is an internal error.
"""

from collections.abc import AsyncIterable
from inspect import isawaitable
from typing import Any
from uuid import UUID

from graphql import ExecutionResult, create_source_event_stream, execute
from strawberry.execution import optimized_is_awaitable

from models.shares import borrowing
from schema.declaration.base import Schema
from server.execution.answers import ENCODING, format_result
from server.execution.budgets import Budgets
from server.execution.clients import ClientKey, borrower_of, client_key
from server.execution.compiled.execution import Unfinished
from server.execution.compiled.reasons import Reason
from server.execution.compiled.registry import Registry
from server.execution.compiled.resume import Outcome, dispose, resuming
from server.execution.compiled.turns import UNITS_PER_COST, Turn, Turnstile
from server.execution.concurrency import ConcurrencyLimiter
from server.execution.cost.request_prices import UPLOAD_PRICE
from server.execution.documents.cache import DocumentCache
from server.execution.documents.checks import CheckedDocument
from server.execution.error_behaviour import EXECUTOR_CLASSES, parse_error_behaviour
from server.execution.executor_interface import Context, OpenSubscription, Operation, Result, Sink
from server.execution.large_answers import COST_OF_LARGE_ANSWER, encode_in_turns
from server.execution.preparation import Preparation
from server.execution.signed_out.allowed_fields import ALLOWED_FIELDS, AllowedFields
from server.execution.signed_out.judgement import opens_session
from server.execution.signed_out.preparation import SignedOutPreparation
from server.execution.subscription_opening import Subscriptions
from server.execution.time_limit import TimeLimit, raise_statement_timeout
from server.limits import Limits
from server.observability.metrics import EXECUTOR_FALLBACKS
from server.protocol.error_codes import Code
from server.protocol.messages import Request
from server.protocol.request_errors import request_error, too_many_requests
from server.protocol.signed_out_errors import incorrect_request, without_reasons
from services.kernel.computing import compute

PERSISTED_QUERY_NOT_SUPPORTED = "PersistedQueryNotSupported"
"""A message that clients know: older ones compare it instead of the code, and then send the document."""


class GraphQLExecutor:
    """Executes operations on a schema, within the configured limits.

    Unless ``compiled`` is false, operations are compiled, and graphql-core executes what the compiled executor leaves
    to it: above all, everything that has an error.
    """

    def __init__(
        self,
        schema: Schema,
        limits: Limits | None = None,
        *,
        compiled: bool = True,
        signed_out_fields: AllowedFields = ALLOWED_FIELDS,
    ) -> None:
        self._schema = schema.graphql_schema
        limits = limits or Limits()
        self._registry = Registry(self._schema, ENCODING, compute) if compiled else None
        self._budgets = Budgets(limits)
        self._concurrency = ConcurrencyLimiter(limits.max_operations)
        self.documents = DocumentCache(self._schema, limits, self._registry)
        """The documents of members."""
        self._preparation = Preparation(self.documents, self._schema, limits, self._budgets)
        self._signed_out = SignedOutPreparation(self._schema, limits, self._budgets, signed_out_fields)
        self._turnstile = Turnstile()
        self._max_answer_bytes = limits.max_answer_bytes
        self._time_limit = TimeLimit(limits.operation_seconds)
        self._subscriptions = Subscriptions(
            self._source_events, self.complete_event, self._concurrency, self._time_limit, self._budgets
        )

    def admit(self, client: ClientKey) -> int:
        """Charge a client for a request or message, and return how many bytes it may have. Raises GraphQLRequestError."""
        return self._budgets.admit(client)

    def receive(self, client: ClientKey, data: bytes | str) -> None:
        """Charge a client for the bytes of a request or message, before decoding. Raises GraphQLRequestError."""
        self._budgets.receive(client, data)

    def pay_for_upload(self, member_id: UUID) -> None:
        """Charge a member for an upload, before any of it is read. Raises GraphQLRequestError."""
        self._budgets.spend(client_key(str(member_id), ""), UPLOAD_PRICE)

    async def load_document(self, request: Request, context: Context) -> CheckedDocument | None:
        """Check a member's document beside the event loop, unless it is known; return None if there is none.

        Without a session a document is so short that ``prepare`` checks it. Raises GraphQLRequestError.
        """
        if request.query is None or context.viewer is None:
            return None
        client = client_key(context.member_id, context.client)
        self._require_room(client)
        return await self._preparation.load(request.query, client)

    def prepare(self, request: Request, context: Context, document: CheckedDocument | None = None) -> Operation:
        """Check the document, operation name, variables and cost, and charge the cost to the client.

        ``document`` is what ``load_document`` has returned; without it, an unknown document is checked at once. A client
        without a session may only do what signing in needs, and learns nothing of the schema from errors. Raises
        GraphQLRequestError.
        """
        client = client_key(context.member_id, context.client)
        self._require_room(client)
        if request.query is None:
            raise request_error(PERSISTED_QUERY_NOT_SUPPORTED, Code.PERSISTED_QUERY_NOT_SUPPORTED)
        on_error = parse_error_behaviour(request.on_error)
        if context.viewer is None:
            prepared = self._signed_out.prepare(request.query, request, client)
        else:
            prepared = self._preparation.prepare(request.query, request, client, context.form_sizes, document)
        operation = prepared.operation
        return Operation(
            document=prepared.document,
            type=operation.definition.operation,
            name=request.operation_name,
            root_fields=operation.root_fields,
            variables=request.variables,
            variable_values=prepared.values,
            compiled=operation.compiled,
            event_traits=operation.event_traits,
            on_error=on_error,
            client_key=client,
            charge=prepared.charge,
            lacks_session=prepared.lacks_session,
        )

    def _require_room(self, client: ClientKey) -> None:
        """Raise GraphQLRequestError if the client has as many operations running as it may."""
        if not self._concurrency.has_room(client):
            limit = self._concurrency.limit
            message = f"At most {limit:,} operations at a time"
            raise too_many_requests(message, Code.TOO_MANY_OPERATIONS, 1, allowed=limit)

    async def execute(self, operation: Operation, context: Context, request_id: str) -> Result:
        """Execute a query or mutation and return its result.

        Raises GraphQLRequestError if the operation times out (see ``TimeLimit``), or if the client has signed in with an
        operation that selects of the session what is not correct.
        """
        client = operation.client_key
        with self._concurrency.running(client), borrowing(borrower_of(client, context.viewer)) as loan:
            try:
                result = await self._time_limit.hold(operation.type, self._execute(operation, context))
            finally:
                self._budgets.owe_database(client, loan.seconds)
        formatted = format_result(result, request_id)
        if client.is_member:
            return formatted
        if operation.lacks_session and opens_session(formatted):
            raise incorrect_request()
        return without_reasons(formatted)

    async def _execute(self, operation: Operation, context: Context, event: object = None) -> ExecutionResult:
        """Execute an operation; for a subscription, with an event as the root value.

        What takes long is done in turns, and charged if it was more than the operation's cost.
        """
        turn = Turn(self._turnstile, operation.client_key)
        try:
            result = await self._execute_in_turns(operation, context, event, turn)
            if operation.charge.requested > COST_OF_LARGE_ANSWER and result.data is not None:
                result.data = await encode_in_turns(result.data, turn, self._max_answer_bytes, operation.type)
            return result
        finally:
            self._budgets.charge(operation.client_key, turn.spent // UNITS_PER_COST - operation.charge.requested)

    async def _execute_in_turns(
        self, operation: Operation, context: Context, event: object, turn: Turn
    ) -> ExecutionResult:
        if operation.compiled is None:
            if self._registry is not None:
                EXECUTOR_FALLBACKS.labels(Reason.SIZE.value).inc()
            return await self._execute_with_graphql_core(operation, context, event, None, turn)
        result = await operation.compiled.execute(operation.variable_values, context, event, turn)
        if not isinstance(result, Unfinished):
            return ExecutionResult(result, None)
        EXECUTOR_FALLBACKS.labels(result.reason.value).inc()
        return await self._execute_with_graphql_core(operation, context, event, result.outcomes, turn)

    async def _execute_with_graphql_core(
        self, operation: Operation, context: Context, event: object, outcomes: dict[str, Outcome] | None, turn: Turn
    ) -> ExecutionResult:
        """Execute an operation, except for what the root fields have been resolved to already."""
        arguments = self._arguments(operation, context) | {"turn": turn}
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
        return format_result(await self._execute(operation, context, event), request_id)
