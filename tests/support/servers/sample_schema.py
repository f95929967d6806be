"""A small schema, with its context, for tests of execution and transports."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import strawberry
from graphql import GraphQLError, OperationType

from schema.declaration.base import Schema
from schema.declaration.costs import FormSizes
from server.connections.open_connections import OpenConnections
from services.accounts.sessions.current_viewers import SessionKey
from services.accounts.sessions.ending import SessionEnded


@dataclass
class FakeApp:
    """The state of a sample application, which tests modify and inspect."""

    contexts: list[tuple[str | None, str]] = field(default_factory=list)
    """The ``Authorization`` header and the client address of each context that was made."""
    written: list[str] = field(default_factory=list)
    """The texts that the mutation ``write`` received."""
    cleaned: list[str] = field(default_factory=list)
    """The names of the subscriptions whose ``finally`` block has completed."""
    session_length: dt.timedelta = dt.timedelta(minutes=10)
    fails: bool = False
    """Whether making a context raises an error."""
    aborts: bool = False
    """Whether making a context awaits what others have cancelled."""
    signed_out: bool = False
    url: str = ""
    checked: list[list[SessionKey]] = field(default_factory=list)
    """The sessions of each check of open connections."""

    def __post_init__(self) -> None:
        self.connections = OpenConnections(self._find_valid)

    async def _find_valid(self, sessions: Sequence[SessionKey]) -> Sequence[SessionKey]:
        self.checked.append(list(sessions))
        if self.fails:
            raise ConnectionError("hunter2")
        return [] if self.signed_out else sessions

    @property
    def ws(self) -> str:
        """Return the URL of the WebSocket endpoint."""
        return self.url.replace("http", "ws", 1)

    async def wait_for_checks(self, count: int) -> None:
        """Wait until the sessions of open connections have been checked this often."""
        while len(self.checked) < count:
            await asyncio.sleep(0.01)

    async def wait_for_cleanup(self, *names: str) -> None:
        """Wait until exactly these subscriptions have completed their ``finally`` blocks."""
        while self.cleaned != list(names):
            await asyncio.sleep(0.01)


@dataclass
class Context:
    app: FakeApp
    viewer: str | None
    expires_at: dt.datetime | None
    client: str = "127.0.0.1"

    @property
    def member_id(self) -> str | None:
        return self.viewer

    form_sizes = FormSizes()

    @property
    def session_key(self) -> SessionKey | None:
        return None if self.viewer is None or self.expires_at is None else (self.viewer, self.expires_at)


Info = strawberry.Info[Context, None]


@strawberry.input
class Part:
    due: dt.date | None = strawberry.UNSET
    number: int | None = None


@strawberry.input
class Entry:
    title: str
    part: Part | None = None
    parts: list[Part] = strawberry.field(default_factory=list)


@strawberry.input(one_of=True)
class Slot:
    text: str | None = strawberry.UNSET
    date: dt.date | None = strawberry.UNSET


@strawberry.type
class Thing:
    name: str

    @strawberry.field
    def me(self) -> "Thing":
        return self

    @strawberry.field
    def non_null_bug(self) -> str:
        raise ValueError("the value is hunter2")


def _fail() -> str:
    raise LookupError("the key is hunter2")


async def await_cancelled() -> None:
    """Await what others have cancelled."""
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "you") -> str:
        return f"Hello {name}"

    @strawberry.field
    async def who(self, info: Info) -> str | None:
        return info.context.viewer

    @strawberry.field
    def secret(self, info: Info) -> str | None:
        raise GraphQLError("Sign in first.", extensions={"code": "UNAUTHENTICATED"})

    @strawberry.field
    async def bug(self) -> str | None:
        try:
            return _fail()
        except LookupError as error:
            raise RuntimeError("row (42, hunter2) violates") from error

    @strawberry.field
    async def aborted(self) -> str | None:
        await await_cancelled()
        return None

    @strawberry.field
    def thing(self) -> Thing:
        return Thing(name="thing")

    @strawberry.field
    def nullable_thing(self) -> Thing | None:
        return Thing(name="nullable thing")

    @strawberry.field
    def number(self) -> int | None:
        return "hunter2"  # type: ignore[return-value]

    @strawberry.field
    def check(self, entry: Entry, on: dt.date | None = None) -> str:
        return entry.title

    @strawberry.field
    def slots(self, slots: list[Slot]) -> str:
        return ",".join(slot.text or "" for slot in slots)

    @strawberry.field
    def price(self, price: Decimal) -> Decimal:
        return price


@strawberry.type
class Mutation:
    @strawberry.mutation
    def write(self, info: Info, text: str) -> str:
        info.context.app.written.append(text)
        return text


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: Info, upto: int = 1_000_000, pad: int = 0) -> AsyncGenerator[str, None]:
        try:
            for number in range(upto):
                yield f"{number}{'x' * pad}"
        finally:
            await asyncio.sleep(0)
            info.context.app.cleaned.append("count")

    @strawberry.subscription
    async def wait(self, info: Info) -> AsyncGenerator[int, None]:
        try:
            yield 0
            await asyncio.Event().wait()
        finally:
            info.context.app.cleaned.append("wait")

    @strawberry.subscription
    async def breaks(self, how: str) -> AsyncGenerator[Thing, None]:
        if how == "signed out":
            raise GraphQLError("Sign in first.", extensions={"code": "UNAUTHENTICATED"})
        yield Thing(name="first")
        if how == "aborted":
            await await_cancelled()
        if how == "session ended":
            raise SessionEnded("Signed out elsewhere")
        raise RuntimeError("row (42, hunter2) violates")

    @strawberry.subscription
    async def aborts(self) -> AsyncGenerator[int, None]:
        await await_cancelled()
        raise AssertionError


SCHEMA = Schema(Query, Mutation, Subscription)

SIGNED_OUT_FIELDS = {
    operation: frozenset({"__typename", *root.fields})
    for operation in OperationType
    if (root := SCHEMA.graphql_schema.get_root_type(operation)) is not None
}
"""All root fields, which anonymous clients may use too."""

ADA = Context(FakeApp(), "ada", None)
"""The context of the signed-in member "ada"."""
