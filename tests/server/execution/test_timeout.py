"""An operation that takes too long is stopped: its transaction is rolled back, and the error says what is uncertain."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
import strawberry

from models import AuditEntry, Employer, Role
from models.database import fetch
from resolvers.schema_root import make_schema
from schema.base import Schema
from schema.context import Context as ViewerContext
from server.execution.executor import GraphQLExecutor
from server.execution.executor_interface import Executor
from server.execution.instrumented_executor import InstrumentedExecutor
from server.limits import Limits
from server.observability.metrics import ERRORS
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from server.setting_values import database_credentials
from services.notifications.inbox_reader import InboxReader
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, viewer
from tests.support.servers.sample_schema import ADA, Context

SHORT = Limits(operation_seconds=0.2)
TOO_SLOW = "The operation took longer than 0.2 s and was stopped"
UNCERTAIN = ". It may have been done: look before you repeat it, or repeat it with its idempotencyKey"
CREATE = "mutation ($name: String!) { createEmployer(input: {name: $name}) { employer { name } errors { code } } }"


@strawberry.type
class Query:
    @strawberry.field
    async def slow(self) -> str:
        await asyncio.sleep(60)
        return "done"

    @strawberry.field
    async def gives_up(self) -> str | None:
        raise TimeoutError("hunter2")


async def timeout_error(
    executor: Executor, context: ViewerContext | Context, query: str, **variables: str
) -> GraphQLRequestError:
    operation = executor.prepare(Request(query, variables), context)
    with pytest.raises(GraphQLRequestError) as raised:
        await executor.execute(operation, context, "r1")
    return raised.value


def timed_out(message: str) -> dict[str, object]:
    return {"errors": [{"message": message, "extensions": {"code": "OPERATION_TIMEOUT"}}]}


async def test_a_query_that_takes_too_long() -> None:
    executor = GraphQLExecutor(Schema(Query), SHORT)
    error = await timeout_error(executor, ADA, "{ slow }")
    assert (error.status, error.headers, error.formatted) == (504, {}, timed_out(TOO_SLOW))
    assert len(executor._concurrency) == 0


async def test_a_timeout_is_counted_as_an_error() -> None:
    count = ERRORS.labels("OPERATION_TIMEOUT")._value
    before = count.get()
    await timeout_error(InstrumentedExecutor(GraphQLExecutor(Schema(Query), SHORT)), ADA, "{ slow }")
    assert count.get() == before + 1


async def test_a_timeout_error_of_a_resolver_is_an_internal_error() -> None:
    executor = GraphQLExecutor(Schema(Query), SHORT)
    result = await executor.execute(executor.prepare(Request("{ givesUp }"), ADA), ADA, "r1")
    assert result["data"] == {"givesUp": None}
    assert result["errors"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "r1"}


@asynccontextmanager
async def holding(database_url: str, statement: str, *values: object) -> AsyncIterator[None]:
    """Hold another transaction open that has run a statement."""
    connection = await asyncpg.connect(**database_credentials(database_url))
    try:
        async with connection.transaction():
            await connection.execute(statement, *values)
            yield
    finally:
        await connection.close()


async def test_a_mutation_that_times_out_is_rolled_back(database: str) -> None:
    mia = await make.member(roles=[Role.CREATE_TRACKERS])
    executor, context = (
        GraphQLExecutor(make_schema(), SHORT),
        ViewerContext(INSTALLATION, InboxReader(), "", await viewer(mia)),
    )
    async with holding(database, f"LOCK TABLE {AuditEntry._meta.db_table} IN EXCLUSIVE MODE"):
        error = await timeout_error(executor, context, CREATE, name="Acme")
    assert (error.status, error.formatted) == (504, timed_out(TOO_SLOW + UNCERTAIN))
    assert await Employer.all().count() == 0
    assert await AuditEntry.all().count() == 0
    assert (
        await fetch("SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in %'") == []
    )
    unhurried = GraphQLExecutor(make_schema())
    result = await unhurried.execute(unhurried.prepare(Request(CREATE, {"name": "Acme"}), context), context, "r1")
    assert result == {"data": {"createEmployer": {"employer": {"name": "Acme"}, "errors": []}}}


async def test_what_was_committed_before_the_timeout_stays(database: str) -> None:
    mia = await make.member(roles=[Role.CREATE_TRACKERS])
    executor, context = (
        GraphQLExecutor(make_schema(), Limits(operation_seconds=2)),
        ViewerContext(INSTALLATION, InboxReader(), "", await viewer(mia)),
    )
    both = """mutation {
      first: createEmployer(input: {name: "First"}) { errors { code } }
      second: createEmployer(input: {name: "Second"}) { errors { code } }
    }"""
    made = "INSERT INTO employer (id, organisation_id, name, confirmed) VALUES (gen_random_uuid(), $1, 'Second', true)"
    async with holding(database, made, mia.organisation_id):
        error = await timeout_error(executor, context, both)
    assert error.formatted == timed_out(TOO_SLOW.replace("0.2", "2") + UNCERTAIN)
    assert await Employer.all().order_by("name").values_list("name", "confirmed") == [
        ("First", False),
        ("Second", True),
    ]
