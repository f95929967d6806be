"""``python -m tests.benchmark.naive``: serve on a free port, and print its address."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import jwt
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL

import models
from models.database import database
from server.setting_values import database_credentials
from services.kernel.channels import INBOX
from tests.benchmark.floor.__main__ import serve
from tests.benchmark.naive.forms import FIELDS
from tests.benchmark.naive.operations import Mutation, Query, Subscription, sockets
from tests.benchmark.naive.types import VALUES

SECRET = os.environ.get("TRACKERS_SECRET", "").encode()


async def authenticate(header: str, authorization: str | None = None) -> models.Member:
    """Return the member whose token this is."""
    claims = jwt.decode((authorization or header)[7:], SECRET, ["HS256"])
    session = await models.Session.get(id=UUID(claims["sid"]), ended_at=None).prefetch_related("member__organisation")
    return session.member


class Application(GraphQL[Any, Any]):
    """strawberry's application, with a context from which resolvers can tell who asks."""

    async def get_context(self, request: Any, response: Any) -> dict[str, Callable[..., Awaitable[models.Member]]]:
        return {"authenticate": partial(authenticate, request.headers.get("authorization", ""))}


def _wake(_connection: object, _pid: int, _channel: str, payload: object) -> None:
    for woken in sockets[UUID(str(payload))]:
        woken.set()


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Connect the models, and listen for notifications."""
    credentials = database_credentials(os.environ["TRACKERS_DATABASE_URL"])
    async with database(credentials):
        connection = await asyncpg.connect(**credentials)
        await connection.add_listener(INBOX, _wake)
        yield
        await connection.close()


def application() -> Starlette:
    """Return the ASGI application."""
    schema = strawberry.Schema(Query, Mutation, Subscription, types=[*FIELDS, *VALUES])
    graphql: Any = Application(schema, graphql_ide=None)
    routes = [Route("/graphql", graphql), WebSocketRoute("/graphql", graphql)]
    return Starlette(lifespan=lifespan, routes=routes)


if __name__ == "__main__":
    serve(application())
