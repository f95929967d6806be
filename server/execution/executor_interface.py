"""What the transports use: an executor, the context of its operations, and an operation that is ready to run."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from graphql import DocumentNode, OperationType

from server.execution.rate_limit import Charge
from server.protocol.messages import Request

Result: TypeAlias = dict[str, Any]
"""A GraphQL response as JSON: ``errors`` and no ``data`` if the operation was not executed."""


class Context(Protocol):
    """What execution and transports read of a context; the resolvers' own has more."""

    @property
    def viewer(self) -> object | None:
        """Return who is signed in; None for nobody, and for an invalid token."""

    @property
    def member_id(self) -> str | None:
        """Return the id of the member that the token belongs to; None without one."""

    @property
    def client(self) -> str:
        """Return the client's IP address."""

    @property
    def expires_at(self) -> datetime | None:
        """Return when the token expires, in UTC; None without one."""


MakeContext: TypeAlias = Callable[[str | None, str], Awaitable[Context]]
"""Makes a context from the ``Authorization`` that the client sent (None without one) and the client's IP address."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that is ready to run: its document is valid, its variables fit, its cost is charged."""

    document: DocumentNode
    type: OperationType
    name: str | None
    root_fields: tuple[str, ...]
    variables: dict[str, Any]
    client_key: str
    """What it counts for: see ``client_key`` in ``clients``."""
    charge: Charge


class Executor(Protocol):
    """Runs GraphQL operations."""

    def prepare(self, request: Request, context: Context) -> Operation:
        """Check an operation and charge its cost. Raises GraphQLRequestError."""

    async def execute(self, operation: Operation, context: Context, request_id: str) -> Result:
        """Execute a query or mutation and return the result. Raises GraphQLRequestError if it takes too long."""

    def subscribe(self, operation: Operation, context: Context, request_id: str) -> AsyncGenerator[Result, None]:
        """Yield the result of each event; one without ``data`` is the last.

        Raises SessionEnded once the session behind the subscription has ended.
        """


def with_cost(result: Result, operation: Operation) -> Result:
    """Return the result with the operation's cost, and what its client has left, in ``extensions``."""
    return {**result, "extensions": {**result.get("extensions", {}), "cost": asdict(operation.charge)}}
