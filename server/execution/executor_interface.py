"""The interface between transports and execution: executors, request contexts and prepared operations."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from graphql import DocumentNode, OperationType
from graphql.execution import VariableValues

from server.execution.compiled.operation import CompiledOperation
from server.execution.error_behaviour import ErrorBehaviour
from server.execution.rate_limit import Charge
from server.protocol.messages import Request

Result: TypeAlias = dict[str, Any]
"""A GraphQL response as JSON, with ``errors`` and without ``data`` if the operation was not executed."""


class Context(Protocol):
    """The part of the request context that execution and transports use; resolvers use a larger one."""

    @property
    def viewer(self) -> object | None:
        """Return the signed-in viewer, or None without a valid token."""

    @property
    def member_id(self) -> str | None:
        """Return the id of the token's member, or None without a valid token."""

    @property
    def client(self) -> str:
        """Return the client's IP address."""

    @property
    def expires_at(self) -> datetime | None:
        """Return when the token expires, in UTC, or None without a valid token."""


MakeContext: TypeAlias = Callable[[str | None, str], Awaitable[Context]]
"""Builds a context from the ``Authorization`` header (None if it is missing) and the client's IP address."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that is ready to run: its document and variables are valid, and its cost has been charged."""

    document: DocumentNode
    type: OperationType
    name: str | None
    root_fields: tuple[str, ...]
    variables: dict[str, Any]
    """The values that the client has sent."""
    variable_values: VariableValues
    """The coerced values, with defaults."""
    compiled: CompiledOperation | None
    """None if only graphql-core may execute it."""
    on_error: ErrorBehaviour
    client_key: str
    """The key by which the operation is counted and charged; see ``clients.client_key``."""
    charge: Charge


class Executor(Protocol):
    """The interface of executors of GraphQL operations."""

    def prepare(self, request: Request, context: Context) -> Operation:
        """Check an operation and charge its cost. Raises GraphQLRequestError."""

    async def execute(self, operation: Operation, context: Context, request_id: str) -> Result:
        """Execute a query or mutation and return its result. Raises GraphQLRequestError if it times out."""

    def subscribe(self, operation: Operation, context: Context, request_id: str) -> AsyncGenerator[Result, None]:
        """Yield the result of each event; a result without ``data`` is the last one.

        Raises SessionEnded once the session behind the subscription has ended.
        """


def with_cost(result: Result, operation: Operation) -> Result:
    """Return the result with the operation's cost and the client's remaining budget added to ``extensions``."""
    return {**result, "extensions": {**result.get("extensions", {}), "cost": asdict(operation.charge)}}
