"""Operation timeouts: transactions are rolled back, and a mutation's error says that its outcome is uncertain."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
import strawberry

from models import AuditEntry, Employer, MemberKind, Role, TrackerEvent
from models.database import StatementLimits, fetch
from models.database import database as connected_models
from resolvers.schema_root import make_schema
from schema.context import Context as ViewerContext
from schema.declaration.base import Schema
from server.execution.executor import GraphQLExecutor
from server.execution.executor_interface import Executor
from server.execution.instrumented_executor import InstrumentedExecutor
from server.execution.result_stream import stream_results
from server.limits import Limits
from server.observability.metrics import ERRORS
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from server.setting_values import database_credentials
from services.notifications.inbox_reader import InboxReader
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, viewer
from tests.support.clients.recorder import Recorder, received
from tests.support.clients.subscriptions import run_feed, wait_until
from tests.support.servers.sample_schema import ADA, Context

SHORT_TIMEOUT = Limits(operation_seconds=0.2)
TIMEOUT_MESSAGE = "The operation took longer than 0.2 s and was stopped"
UNCERTAIN_OUTCOME = ". It may have taken effect: check before repeating it, or repeat it with the same idempotencyKey"
CREATE = "mutation ($name: String!) { createEmployer(input: {name: $name}) { employer { name } errors { code } } }"


@strawberry.type
class Query:
    @strawberry.field
    async def slow(self) -> str:
        await asyncio.sleep(60)
        return "done"

    @strawberry.field
    async def times_out(self) -> str | None:
        raise TimeoutError("hunter2")


async def timeout_error(
    executor: Executor, context: ViewerContext | Context, query: str, **variables: str
) -> GraphQLRequestError:
    operation = executor.prepare(Request(query, variables), context)
    with pytest.raises(GraphQLRequestError) as raised:
        await executor.execute(operation, context, "r1")
    return raised.value


@strawberry.type
class SlowSubscription:
    @strawberry.subscription
    async def opens_slowly(self) -> AsyncGenerator[str, None]:
        await asyncio.sleep(60)

        async def events() -> AsyncGenerator[str, None]:
            yield "never"

        return events()


async def test_a_subscription_that_opens_slowly_times_out() -> None:
    executor = GraphQLExecutor(Schema(Query, subscription=SlowSubscription), SHORT_TIMEOUT)
    operation = executor.prepare(Request("subscription { opensSlowly }"), ADA)
    results = [result.result async for result in stream_results(executor, operation, ADA, "r1")]
    assert results == [timeout_result(TIMEOUT_MESSAGE)]
    assert len(executor._concurrency) == 0


def timeout_result(message: str) -> dict[str, object]:
    return {"errors": [{"message": message, "extensions": {"code": "OPERATION_TIMEOUT"}}]}


async def test_a_slow_query_times_out() -> None:
    executor = GraphQLExecutor(Schema(Query), SHORT_TIMEOUT)
    error = await timeout_error(executor, ADA, "{ slow }")
    assert (error.status, error.headers, error.formatted) == (504, {}, timeout_result(TIMEOUT_MESSAGE))
    assert len(executor._concurrency) == 0


async def test_a_timeout_is_counted_as_an_error() -> None:
    count = ERRORS.labels("OPERATION_TIMEOUT")._value
    previous_count = count.get()
    await timeout_error(InstrumentedExecutor(GraphQLExecutor(Schema(Query), SHORT_TIMEOUT)), ADA, "{ slow }")
    assert count.get() == previous_count + 1


async def test_a_timeout_error_of_a_resolver_is_an_internal_error() -> None:
    executor = GraphQLExecutor(Schema(Query), SHORT_TIMEOUT)
    result = await executor.execute(executor.prepare(Request("{ timesOut }"), ADA), ADA, "r1")
    assert result["data"] == {"timesOut": None}
    assert result["errors"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "r1"}


@asynccontextmanager
async def open_transaction(database_url: str, statement: str, *values: object) -> AsyncIterator[None]:
    """Run a statement in a transaction on another connection, and keep the transaction open during the block."""
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
        GraphQLExecutor(make_schema(), SHORT_TIMEOUT),
        ViewerContext(INSTALLATION, InboxReader(), "", await viewer(mia)),
    )
    async with open_transaction(database, f"LOCK TABLE {AuditEntry._meta.db_table} IN EXCLUSIVE MODE"):
        error = await timeout_error(executor, context, CREATE, name="Acme")
    assert (error.status, error.formatted) == (504, timeout_result(TIMEOUT_MESSAGE + UNCERTAIN_OUTCOME))
    assert await Employer.all().count() == 0
    assert await AuditEntry.all().count() == 0
    assert (
        await fetch("SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in %'") == []
    )
    default_executor = GraphQLExecutor(make_schema())
    result = await default_executor.execute(
        default_executor.prepare(Request(CREATE, {"name": "Acme"}), context), context, "r1"
    )
    assert result == {"data": {"createEmployer": {"employer": {"name": "Acme"}, "errors": []}}}


STATEMENT_MESSAGE = "The operation needed a statement that took too long and was stopped"


async def test_a_statement_that_postgresql_stops_times_out(database: str) -> None:
    mia = await make.member(roles=[Role.CREATE_TRACKERS])
    executor, context = (
        GraphQLExecutor(make_schema()),
        ViewerContext(INSTALLATION, InboxReader(), "", await viewer(mia)),
    )
    locks = f"LOCK TABLE {AuditEntry._meta.db_table}, learner IN ACCESS EXCLUSIVE MODE"
    async with connected_models(database_credentials(database), StatementLimits(0.2, 60)):
        async with open_transaction(database, locks):
            query = await timeout_error(executor, context, "{ __typename learners { totalCount } }")
            mutation = await timeout_error(executor, context, CREATE, name="Acme")
        assert await Employer.all().count() == 0
    assert (query.status, query.formatted) == (504, timeout_result(STATEMENT_MESSAGE))
    assert (mutation.status, mutation.formatted) == (504, timeout_result(STATEMENT_MESSAGE + UNCERTAIN_OUTCOME))


@strawberry.type
class Event:
    @strawberry.field
    async def slow(self) -> str:
        await asyncio.sleep(60)
        return "done"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def events(self) -> AsyncGenerator[Event, None]:
        yield Event()


async def test_a_slow_event_ends_its_subscription(caplog: pytest.LogCaptureFixture) -> None:
    executor = GraphQLExecutor(Schema(Query, subscription=Subscription), SHORT_TIMEOUT)
    operation = executor.prepare(Request("subscription { events { slow } }"), ADA)
    results = [result.result async for result in stream_results(executor, operation, ADA, "r1")]
    assert results == [timeout_result(TIMEOUT_MESSAGE)]
    assert len(executor._concurrency) == 0
    assert caplog.messages == ["request r1: an event ended its subscriptions with OPERATION_TIMEOUT"]


async def test_the_time_limit_holds_for_an_event_of_a_feed(database: str) -> None:
    member = await make.member(kind=MemberKind.ADMINISTRATOR)
    tracker = await make.tracker(await member.organisation)
    reader, executor = InboxReader(poll_seconds=3600), GraphQLExecutor(make_schema(), SHORT_TIMEOUT)
    sinks = [Recorder() for _ in range(2)]
    query = "subscription { notificationReceived { tracker { history { totalCount } } } }"
    async with run_feed(reader):
        for sink in sinks:
            context = ViewerContext(INSTALLATION, reader, "", await viewer(member))
            sink.subscription = await executor.open(executor.prepare(Request(query), context), context, "r1", sink)
        await wait_until(lambda: reader.waiting_count == 2 and member.id in reader)
        await make.notification(tracker, member)
        async with open_transaction(database, f"LOCK TABLE {TrackerEvent._meta.db_table} IN ACCESS EXCLUSIVE MODE"):
            reader.wake(str(member.id))
            await wait_until(received(1, *sinks))
    assert [sink.results[0].result for sink in sinks] == [timeout_result(TIMEOUT_MESSAGE)] * 2
    assert sinks[0].results == sinks[1].results
    assert (reader.waiting_count, len(executor._concurrency)) == (0, 0)


@pytest.mark.slow
async def test_transactions_committed_before_the_timeout_are_kept(database: str) -> None:
    mia = await make.member(roles=[Role.CREATE_TRACKERS])
    executor, context = (
        GraphQLExecutor(make_schema(), Limits(operation_seconds=2)),
        ViewerContext(INSTALLATION, InboxReader(), "", await viewer(mia)),
    )
    mutations = """mutation {
      first: createEmployer(input: {name: "First"}) { errors { code } }
      second: createEmployer(input: {name: "Second"}) { errors { code } }
    }"""
    insert = (
        "INSERT INTO employer (id, organisation_id, name, confirmed) VALUES (gen_random_uuid(), $1, 'Second', true)"
    )
    async with open_transaction(database, insert, mia.organisation_id):
        error = await timeout_error(executor, context, mutations)
    assert error.formatted == timeout_result(TIMEOUT_MESSAGE.replace("0.2", "2") + UNCERTAIN_OUTCOME)
    assert await Employer.all().order_by("name").values_list("name", "confirmed") == [
        ("First", False),
        ("Second", True),
    ]
