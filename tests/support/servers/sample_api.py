"""A small graph behind both doors, in a real server on a free port of 127.0.0.1."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

import strawberry
import uvicorn
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from schema.base import Schema
from server.connections import OpenConnections
from server.execution.executor import GraphQLExecutor
from server.http.endpoint import GraphQLEndpoint
from server.http.sse import StreamLimits
from server.limits import Limits
from server.process.uvicorn_http import HttpProtocol
from server.process.uvicorn_websocket import WebSocketProtocol
from server.process.worker import LARGEST_MESSAGE
from server.websocket.endpoint import WebSocketEndpoint
from server.websocket.limits import SocketLimits
from services.accounts.sessions import SessionEnded


@dataclass
class House:
    """What the tests look at, and turn, from outside."""

    contexts: list[tuple[str | None, str]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    cleaned: list[str] = field(default_factory=list)
    lives: dt.timedelta = dt.timedelta(minutes=10)
    broken: bool = False
    signed_out: bool = False
    url: str = ""
    connections: OpenConnections = field(default_factory=OpenConnections)

    @property
    def ws(self) -> str:
        return self.url.replace("http", "ws", 1)

    async def asked(self, times: int) -> None:
        """Wait until so many contexts have been asked for."""
        while len(self.contexts) < times:
            await asyncio.sleep(0.01)

    async def all_cleaned(self, *names: str) -> None:
        """Wait until these generators have run to the end of their `finally`."""
        while self.cleaned != list(names):
            await asyncio.sleep(0.01)


@dataclass
class Context:
    house: House
    viewer: str | None
    expires_at: dt.datetime | None
    client: str = "127.0.0.1"

    @property
    def member_id(self) -> str | None:
        return self.viewer


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
    def sure(self) -> str:
        raise ValueError("the value is hunter2")


def _fail() -> str:
    raise LookupError("the key is hunter2")


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
    def thing(self) -> Thing:
        return Thing(name="thing")

    @strawberry.field
    def maybe(self) -> Thing | None:
        return Thing(name="maybe")

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
        info.context.house.written.append(text)
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
            info.context.house.cleaned.append("count")

    @strawberry.subscription
    async def wait(self, info: Info) -> AsyncGenerator[int, None]:
        try:
            yield 0
            await asyncio.Event().wait()
        finally:
            info.context.house.cleaned.append("wait")

    @strawberry.subscription
    async def breaks(self, how: str) -> AsyncGenerator[Thing, None]:
        if how == "signed out":
            raise GraphQLError("Sign in first.", extensions={"code": "UNAUTHENTICATED"})
        yield Thing(name="first")
        if how == "over":
            raise SessionEnded("Signed out elsewhere")
        raise RuntimeError("row (42, hunter2) violates")


SCHEMA = Schema(Query, Mutation, Subscription)


@asynccontextmanager
async def house(
    limits: SocketLimits | None = None,
    origins: tuple[str, ...] = (),
    streams: StreamLimits | None = None,
    body_seconds: float = 30,
    asking: Limits | None = None,
) -> AsyncIterator[House]:
    """The running server; "Bearer good" is a token that holds."""
    state = House()

    async def make_context(authorization: str | None, address: str) -> Context:
        state.contexts.append((authorization, address))
        if state.broken:
            raise ConnectionError("hunter2")
        good = authorization == "Bearer good" and not state.signed_out
        return Context(state, "ada" if good else None, dt.datetime.now(dt.UTC) + state.lives if good else None)

    executor = GraphQLExecutor(SCHEMA, asking)
    http = GraphQLEndpoint(executor, make_context, state.connections, body_seconds=body_seconds, stream_limits=streams)
    websocket = WebSocketEndpoint(executor, make_context, state.connections, allowed_origins=origins, limits=limits)
    app = Starlette(routes=[Route("/graphql", http), WebSocketRoute("/graphql", websocket)])
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            log_config=None,
            lifespan="off",
            http=HttpProtocol,
            ws=WebSocketProtocol,
            ws_max_size=LARGEST_MESSAGE,
            ws_ping_interval=None,
        )
    )
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    state.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/graphql"
    try:
        yield state
    finally:
        await state.connections.shutdown()
        server.should_exit = True
        async with asyncio.timeout(10):
            await task
