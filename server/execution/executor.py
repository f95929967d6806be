"""One GraphQL operation, whichever door it came through: prepared, run, answered.

`prepare` finds every request error (the document's, the operation's, the variables', the limits') before anything
is executed; so an answer without `data` is a refusal, and one with `data` was always executed. The one exception
is an operation that was stopped because it took too long: its answer says so.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from graphql import GraphQLError, OperationType
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from schema.base import CheckedQuery, QuietSchema
from schema.costs import LISTED_PRICE
from server.execution.concurrency import ConcurrencyLimiter, account_of
from server.execution.document_cache import CheckedDocument, DocumentCache, PlannedOperation
from server.execution.rate_limit import Spent, TokenBuckets
from server.execution.variables import check_size, coerced, listed_values
from server.limits import Limits
from server.protocol.error_codes import Code
from server.protocol.errors import execution_errors, innermost
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError, limit_exceeded
from services.accounts.sessions import SessionEnded

STRANGER = "Sign in first: the schema is told to members alone"


class Context(Protocol):
    """What the doors ask of a context; the resolvers' own has more."""

    @property
    def viewer(self) -> object | None:
        """Who is signed in; None for nobody, and for a token that does not hold."""

    @property
    def member_id(self) -> str | None:
        """Whose the token is; None if nobody's."""

    @property
    def client(self) -> str:
        """The client's address."""

    @property
    def expires_at(self) -> datetime | None:
        """When the token ends, in UTC; None without one."""


MakeContext = Callable[[str | None, str], Awaitable[Context]]
"""From the authorization (as the client gave it, None if it gave none) and the client's address."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that is ready to run: its document is valid, its variables are of their types, its cost is paid."""

    query: CheckedQuery
    type: OperationType
    name: str | None
    fields: tuple[str, ...]
    """The names of those on the first level."""
    variables: dict[str, Any]
    account: str
    spent: Spent


class Executor:
    """Runs operations of one schema, within limits."""

    def __init__(self, schema: QuietSchema, limits: Limits | None = None) -> None:
        self._schema = schema
        self._core = schema._schema
        self._limits = limits or Limits()
        self._documents = DocumentCache(self._core, self._limits)
        self._buckets = TokenBuckets(self._limits.cost_bucket, self._limits.cost_refill)
        self._places = ConcurrencyLimiter(self._limits.max_operations)

    def prepare(self, request: Request, context: Context) -> Operation:
        """Check document, operation name, variables and cost, and take that from the client's bucket.

        Raises GraphQLRequestError. Whoever is not signed in is told nothing of the schema: neither by introspection
        nor by suggestions of what was perhaps meant. A document that is not known yet costs 1 a character.
        """
        account = account_of(context.member_id, context.client)
        self._places.must_have_one(account)
        signed_in = context.viewer is not None
        if request.query not in self._documents:
            self._buckets.take(account, len(request.query))
        checked = self._documents.check(request.query, suggest=signed_in)
        planned = _selected(checked, request.operation_name)
        if planned.introspects and not signed_in:
            raise GraphQLRequestError([GraphQLError(STRANGER, extensions={"code": Code.UNAUTHENTICATED.value})])
        cost = planned.cost.of(self._values(planned, request.variables, suggest=signed_in))
        cost += planned.given * listed_values(request.variables) * LISTED_PRICE
        if cost > self._limits.max_cost:
            raise GraphQLRequestError([limit_exceeded("cost", "The operation's cost", cost, self._limits.max_cost)])
        spent = self._buckets.take(account, cost)
        kind = planned.definition.operation
        return Operation(checked.query, kind, request.operation_name, planned.fields, request.variables, account, spent)

    def _values(self, planned: PlannedOperation, variables: dict[str, Any], *, suggest: bool) -> dict[str, Any]:
        if variables:
            check_size(variables, self._limits)
        if not planned.definition.variable_definitions:
            return {}
        return coerced(self._core, planned.definition, variables, suggest=suggest)

    async def run(self, operation: Operation, context: Context, request_id: str) -> dict[str, Any]:
        """Execute a query or mutation and return the whole answer.

        Raises GraphQLRequestError where it takes too long: then it is cancelled, and the transaction that it is in is
        rolled back, but what was committed before stays.
        """
        with self._places.place(operation.account):
            try:
                async with asyncio.timeout(self._limits.operation_seconds) as time:
                    result = await self._schema.execute(
                        operation.query, operation.variables, context, operation_name=operation.name
                    )
            except TimeoutError:
                if not time.expired():
                    raise
                raise self._too_slow(operation) from None
        return _answer(result, request_id)

    def _too_slow(self, operation: Operation) -> GraphQLRequestError:
        message = f"The operation took longer than {self._limits.operation_seconds:g} s and was stopped"
        if operation.type is OperationType.MUTATION:
            message += ". It may have been done: look before you repeat it, or repeat it with its idempotencyKey"
        return GraphQLRequestError(
            [GraphQLError(message, extensions={"code": Code.OPERATION_TIMEOUT.value})], status=504
        )

    async def subscribe(
        self, operation: Operation, context: Context, request_id: str
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the answer to each event; one without `data` is the last, and says why there is no more.

        Raises `SessionEnded` once the session behind the subscription is over.
        """
        with self._places.place(operation.account):
            async with aclosing(self._events(operation, context, request_id)) as answers:
                async for answer in answers:
                    yield answer

    async def _events(
        self, operation: Operation, context: Context, request_id: str
    ) -> AsyncGenerator[dict[str, Any], None]:
        stream = await self._schema.subscribe(
            operation.query, operation.variables, context, operation_name=operation.name
        )
        async with aclosing(stream):
            async for result in stream:
                assert isinstance(result, ExecutionResult)
                for error in result.errors or ():
                    if isinstance(ended := innermost(error), SessionEnded):
                        raise ended
                answer = _answer(result, request_id)
                yield answer
                if "data" not in answer:
                    return


def with_cost(answer: dict[str, Any], operation: Operation) -> dict[str, Any]:
    """The answer with what the operation cost, and what is left to its client, in `extensions`."""
    return {**answer, "extensions": {**answer.get("extensions", {}), "cost": asdict(operation.spent)}}


def _selected(checked: CheckedDocument, name: str | None) -> PlannedOperation:
    """Return the operation to run, as the specification's GetOperation()."""
    operations = checked.operations
    if name is None and len(operations) == 1:
        (only,) = operations.values()
        return only
    found = operations.get(name) if name else None
    if found is not None:
        return found
    message = (
        "The document has several operations: operationName must name one"
        if name is None
        else "The document has no operation of this name"
    )
    raise GraphQLRequestError([GraphQLError(message, extensions={"code": Code.OPERATION_RESOLUTION_FAILURE.value})])


def _answer(result: ExecutionResult, request_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    errors = result.errors
    if errors:
        answer["errors"] = execution_errors(errors, request_id)
    # Where nothing was executed (a subscription that never began or broke off, an extension that failed) the
    # answer has no `data`, not even a null.
    executed = not isinstance(result, PreExecutionError) and any(error.path for error in errors or ())
    if result.data is not None or not errors or executed:
        answer["data"] = result.data
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer
