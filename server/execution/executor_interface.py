"""The interface between transports and execution: executors, request contexts and prepared operations."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from graphql import DocumentNode, OperationType
from graphql.execution import VariableValues

from schema.declaration.costs import FormSizes
from server.execution.clients import ClientKey
from server.execution.compiled.operation import CompiledOperation
from server.execution.documents.checks import CheckedDocument
from server.execution.error_behaviour import ErrorBehaviour
from server.execution.event_traits import EventTraits
from server.execution.rate_limit import Charge
from server.protocol.messages import Request, encode
from services.accounts.sessions.current_viewers import SessionKey

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

    @property
    def form_sizes(self) -> FormSizes:
        """Return the sizes of the largest forms of the viewer's organisation, on which costs depend."""

    @property
    def session_key(self) -> SessionKey | None:
        """Return the session and when the token expires, or None without a valid token."""


MakeContext: TypeAlias = Callable[[str | None, str, str], Awaitable[Context]]
"""Builds a context from the ``Authorization`` header (None if it is missing), the client's IP address and its ``User-Agent``."""


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
    client_key: ClientKey
    """The key by which the operation is counted and charged; see ``clients.client_key``."""
    charge: Charge
    lacks_session: bool = False
    """Whether what the client selects of a session has been left out, because it is not correct."""
    event_traits: EventTraits | None = None
    """What the results of a subscription's events depend on."""


class SharedResult:
    """The result of a subscription's event, which may be for any number of clients, and is encoded once."""

    __slots__ = ("_encoded", "result")

    def __init__(self, result: Result) -> None:
        self.result = result
        self._encoded: bytes | None = None

    @property
    def is_last(self) -> bool:
        """Return whether nothing follows: a result without ``data`` has the errors that ended the subscription."""
        return "data" not in self.result

    @property
    def encoded(self) -> bytes:
        """Return the result as JSON."""
        return self.encode()

    def encode(self) -> bytes:
        """Encode the result, unless it has been, and return it as JSON."""
        if self._encoded is None:
            self._encoded = encode(self.result)
        return self._encoded


class Sink(Protocol):
    """Where the results of a subscription go. Its methods neither block nor raise exceptions."""

    def deliver(self, result: SharedResult) -> bool:
        """Take a result; return whether the next may follow at once, or only after ``OpenSubscription.resume``."""

    def end(self, reason: Exception | None) -> None:
        """Take note that nothing follows: because of SessionEnded, of a failure, or of nothing but the last event."""


class OpenSubscription(Protocol):
    """A subscription that is open until it ends or is closed."""

    def resume(self) -> None:
        """Deliver the next result, now or when there is one."""

    def close(self) -> asyncio.Task[None] | None:
        """Deliver nothing more; return the task that still cleans up, if there is one."""


class Executor(Protocol):
    """The interface of executors of GraphQL operations.

    A transport has each request or message admitted before it reads it, and received before it decodes it.
    """

    def admit(self, client: ClientKey) -> int:
        """Charge a client for a request or message, and return how many bytes it may have. Raises GraphQLRequestError."""

    def receive(self, client: ClientKey, data: bytes | str) -> None:
        """Charge a client for the bytes of a request or message, before decoding. Raises GraphQLRequestError."""

    async def load_document(self, request: Request, context: Context) -> CheckedDocument | None:
        """Check a member's document, unless it is known, while others are served. Raises GraphQLRequestError."""

    def prepare(self, request: Request, context: Context, document: CheckedDocument | None = None) -> Operation:
        """Check an operation and charge its cost. Raises GraphQLRequestError."""

    async def execute(self, operation: Operation, context: Context, request_id: str) -> Result:
        """Execute a query or mutation and return its result. Raises GraphQLRequestError if it times out."""

    async def open(
        self, operation: Operation, context: Context, request_id: str, sink: Sink
    ) -> OpenSubscription | None:
        """Open a subscription whose results go to a sink; return None if it has ended with an error already."""


def with_cost(result: Result, operation: Operation) -> Result:
    """Return the result with the operation's cost and the client's remaining budget added to ``extensions``."""
    return {**result, "extensions": {**result.get("extensions", {}), "cost": asdict(operation.charge)}}
