"""Helpers that execute GraphQL documents as a member, without a server."""

import datetime as dt
import os
from functools import cache
from typing import Any

from models import Member, Session
from resolvers.schema_root import make_schema
from schema.context import Context
from server.execution.executor import GraphQLExecutor
from server.protocol.messages import Request, decode, encode
from server.protocol.request_errors import GraphQLRequestError
from services.accounts.sessions.authentication import authenticate, viewer_of_session
from services.installation import Installation
from services.kernel.global_ids import to_global_id
from services.notifications.inbox_reader import InboxReader
from services.viewer import Viewer

INSTALLATION = Installation(
    secret=b"a secret for tests, of 64 bytes or more, so that every algorithm takes it",
    edit_url="https://app.example/trackers/{id}",
)
IS_COMPILED = os.environ.get("TRACKERS_COMPILED") != "0"


@cache
def executor() -> GraphQLExecutor:
    """Return an executor of the whole schema: a compiled one, unless the tests run with ``TRACKERS_COMPILED=0``."""
    return GraphQLExecutor(make_schema(), compiled=IS_COMPILED)


async def viewer(member: Member) -> Viewer:
    """Sign in a member and return the viewer."""
    expires_at = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=10)
    session = await Session.create(member=member, expires_at=expires_at)
    viewer = await viewer_of_session(session.id, expires=expires_at.timestamp())
    assert viewer is not None
    return viewer


async def ask(member: Member | None, document: str, **variables: Any) -> dict[str, Any]:
    """Execute a document as a member or anonymously, and return the response."""
    return await ask_in(await context_of(member), document, **variables)


async def context_of(member: Member | None) -> Context:
    """Return the context of an operation, with the member signed in; None is anonymous."""
    return Context(INSTALLATION, InboxReader(), "127.0.0.1", await viewer(member) if member else None)


async def ask_with(
    authorization: str | None, document: str, *, client: str = "127.0.0.1", user_agent: str = "", **variables: Any
) -> dict[str, Any]:
    """Execute a document with an ``Authorization`` header, a client address and a device, and return the response."""
    viewer = await authenticate(INSTALLATION, authorization)
    context = Context(INSTALLATION, InboxReader(), client, viewer, user_agent=user_agent)
    return await ask_in(context, document, **variables)


async def ask_in(context: Context, document: str, **variables: Any) -> dict[str, Any]:
    """Execute a document in a context and return the response."""
    try:
        operation = executor().prepare(Request(document, variables, None), context)
        return sent(await executor().execute(operation, context, "a request"))
    except GraphQLRequestError as error:
        return error.formatted


def sent(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result as a client decodes it."""
    decoded: dict[str, Any] = decode(encode(result))
    return decoded


async def data(member: Member | None, document: str, **variables: Any) -> Any:
    """Execute a document as a member or anonymously, check that there are no errors, and return the data."""
    answer = await ask(member, document, **variables)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def gid(row: Any) -> str:
    """Return the global id of a row."""
    return to_global_id(type(row).__name__, row.id)
