"""What fields wait for, such as the futures of data loaders, when an error cancels some of them."""

import asyncio
import gc
import warnings
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError

from models.database import fetch
from resolvers.schema_root import make_schema
from schema.context import Context
from schema.declaration.base import Schema
from schema.declaration.fields import then
from server.execution.executor import GraphQLExecutor
from server.limits import Limits
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from services.notifications.inbox_reader import InboxReader
from tests.server.execution.test_timeout import open_transaction
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, viewer
from tests.support.servers.sample_schema import ADA

BOTH_WAYS = pytest.mark.parametrize("compiled", [True, False])
HISTORIES = "{ trackers { nodes { history { nodes { id } } } } }"
WAITING = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Shared:
    future: "asyncio.Future[str]"


@strawberry.type
class Pair:
    @strawberry.field
    async def late(self) -> str:
        raise GraphQLError("Too late.")

    @strawberry.field
    def shared(self) -> str:
        return Shared.future  # type: ignore[return-value]

    @strawberry.field
    def louder(self) -> str:
        return then(Shared.future, str.upper)  # type: ignore[no-any-return]


@strawberry.type(name="Choice")  # lists need a type whose usual number has a price
class Words:
    @strawberry.field
    async def one(self) -> str:
        return "one"

    @strawberry.field
    async def two(self) -> str:
        return "two"

    @strawberry.field
    def again(self) -> "Words":
        return Words()

    @strawberry.field
    def listed(self) -> "list[Words]":
        return [Words(), Words()]


@strawberry.type
class Late:
    @strawberry.field
    async def pair(self, steps: int) -> Words:
        for _ in range(steps):
            await asyncio.sleep(0)
        return Words()

    @strawberry.field
    async def late(self) -> str:
        raise GraphQLError("Too late.")


@strawberry.type
class Failing:
    @strawberry.field
    def bad(self) -> str:
        raise GraphQLError("Bad.")


@strawberry.type
class Query:
    @strawberry.field
    def failing(self) -> Failing:
        return Failing()

    @strawberry.field
    async def word(self) -> str:
        return "word"

    @strawberry.field
    def bad(self) -> str:
        raise GraphQLError("Bad.")

    @strawberry.field
    def late(self) -> Late | None:
        return Late()

    @strawberry.field
    def pair(self) -> Pair | None:
        return Pair()


@BOTH_WAYS
@pytest.mark.parametrize("on_error", ["PROPAGATE", "HALT"])
@pytest.mark.parametrize("words", ["one two", "one again { one two }", "one listed { one two }"])
async def test_an_error_leaves_no_coroutine_that_was_never_awaited(compiled: bool, on_error: str, words: str) -> None:
    executor = GraphQLExecutor(Schema(Query), compiled=compiled)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for steps in range(6):  # one of which begins with the fields of the pair just as they are cancelled
            document = f"{{ late {{ pair(steps: {steps}) {{ {words} }} late }} }}"
            operation = executor.prepare(Request(document, on_error=on_error), ADA)
            (error,) = (await executor.execute(operation, ADA, "r1"))["errors"]
            assert error["path"] == ["late", "late"]
    assert [str(one.message) for one in caught] == []


@BOTH_WAYS
@pytest.mark.parametrize("on_error", ["PROPAGATE", "NULL", "HALT"])
async def test_an_earlier_error_leaves_no_root_field_that_was_never_awaited(compiled: bool, on_error: str) -> None:
    executor = GraphQLExecutor(Schema(Query), compiled=compiled)
    operation = executor.prepare(Request("{ failing { bad } word bad }", on_error=on_error), ADA)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = await executor.execute(operation, ADA, "r1")
    assert result["errors"][0]["path"] == ["failing", "bad"]
    assert [str(one.message) for one in caught] == []


@BOTH_WAYS
@pytest.mark.parametrize(
    ("on_error", "data"),
    [
        (None, {"a": None, "b": {"shared": "x", "louder": "X"}}),
        ("NULL", {"a": {"late": None, "shared": "x", "louder": "X"}, "b": {"shared": "x", "louder": "X"}}),
        ("HALT", None),
    ],
)
async def test_an_error_cancels_nothing_that_other_fields_wait_for(compiled: bool, on_error: str, data: Any) -> None:
    loop = asyncio.get_running_loop()
    Shared.future = loop.create_future()
    executor = GraphQLExecutor(Schema(Query), compiled=compiled)
    document = "{ a: pair { late shared louder } b: pair { shared louder } }"
    operation = executor.prepare(Request(document, on_error=on_error), ADA)
    running = asyncio.create_task(executor.execute(operation, ADA, "r1"))
    loop.call_later(0.05, Shared.future.set_result, "x")
    result = await running
    assert (result["data"], [error["path"] for error in result["errors"]]) == (data, [["a", "late"]])


@BOTH_WAYS
@pytest.mark.parametrize("on_error", ["PROPAGATE", "HALT"])
async def test_an_exception_that_nobody_waits_for_any_more_is_not_reported(compiled: bool, on_error: str) -> None:
    loop, reports = asyncio.get_running_loop(), list[str]()
    loop.set_exception_handler(lambda _, report: reports.append(report["message"]))
    executor = GraphQLExecutor(Schema(Query), compiled=compiled)
    for document in ("{ pair { late shared louder } }", "{ pair { shared } failing { bad } }"):
        Shared.future = loop.create_future()
        loop.call_later(0.05, Shared.future.set_exception, GraphQLError("Too late as well."))
        result = await executor.execute(executor.prepare(Request(document, on_error=on_error), ADA), ADA, "r1")
        assert "Too late as well." not in str(result["errors"][:1])
        await asyncio.sleep(0.1)
        Shared.future = loop.create_future()
        gc.collect()
    assert reports == []


@BOTH_WAYS
async def test_what_loaders_wait_for_ends_with_the_operation(database: str, compiled: bool) -> None:
    ada = await make.member()
    for _ in range(2):
        await make.tracker(await ada.organisation)
    context = Context(INSTALLATION, InboxReader(), "", await viewer(ada))
    executor = GraphQLExecutor(make_schema(), Limits(operation_seconds=1), compiled=compiled)
    operation = executor.prepare(Request(HISTORIES), context)
    async with open_transaction(database, "LOCK TABLE tracker_event"):
        with pytest.raises(GraphQLRequestError):
            await executor.execute(operation, context, "r1")
        async with asyncio.timeout(10):  # PostgreSQL is asked to cancel the statement on another connection
            while await fetch(WAITING):
                await asyncio.sleep(0.05)
