"""Execution without a transport: masking and logging of errors, and the limit on concurrent operations."""

import logging
import re
from contextlib import aclosing
from typing import Any

import pytest
from graphql import get_introspection_query
from prometheus_client import REGISTRY

from server.execution.executor import GraphQLExecutor
from server.execution.result_stream import stream_results
from server.limits import Limits
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from tests.support.clients.graphql import sent
from tests.support.clients.sample_execution import execute
from tests.support.servers.sample_schema import ADA, SCHEMA, Context, FakeApp

INTERNAL_ERROR = "Internal server error: find it in the server's log by its request id."
INTERNAL = {"code": "INTERNAL_SERVER_ERROR", "requestId": "r1"}
CHECK = "query($entry: Entry!, $on: Date) { check(entry: $entry, on: $on) }"


# query | path of the masked error | data | the first line in the log
UNEXPECTED: list[tuple[str, list[str], Any, str]] = [
    ("{ hello bug }", ["bug"], {"hello": "Hello you", "bug": None}, "builtins.RuntimeError"),
    (
        "{ nullableThing { nonNullBug } }",
        ["nullableThing", "nonNullBug"],
        {"nullableThing": None},
        "builtins.ValueError",
    ),
    ("{ thing { nonNullBug } }", ["thing", "nonNullBug"], None, "builtins.ValueError"),
    ("{ number }", ["number"], {"number": None}, "graphql.error.graphql_error.GraphQLError"),
]


@pytest.mark.parametrize(("query", "path", "data", "first_line"), UNEXPECTED)
async def test_unexpected_errors_are_masked_and_logged(
    query: str, path: list[str], data: Any, first_line: str, caplog: pytest.LogCaptureFixture
) -> None:
    result = await execute(query)
    (error,) = result["errors"]
    assert error.pop("locations")
    assert error == {"message": INTERNAL_ERROR, "path": path, "extensions": INTERNAL}
    assert result["data"] == data
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("trackers.errors", logging.ERROR)
    lines = record.getMessage().splitlines()
    assert lines[0] == f"request r1: {first_line}"
    assert all(re.fullmatch(r"  .+\.py:\d+ \S+|[\w.]+", line) for line in lines[1:])
    assert "hunter2" not in caplog.text


async def test_the_log_has_the_traceback_and_the_causes(caplog: pytest.LogCaptureFixture) -> None:
    await execute("{ bug }")
    lines = caplog.records[0].getMessage().splitlines()
    frames = [line.rsplit("/", 1)[-1].split(":")[0] + line[line.rindex(" ") :] for line in lines if ".py" in line]
    assert "sample_schema.py Query.bug" in frames
    assert lines[lines.index("builtins.LookupError") + 2 :][0].endswith(" _fail")


async def test_intended_errors_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert (await execute("{ secret }"))["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    await execute("{")
    await execute(CHECK, {"entry": {"title": "x"}, "on": "hunter2"})
    await execute('{ check(entry: {title: "x"}, on: "hunter2") }')
    assert caplog.records == []


async def test_strawberry_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    for query in ("{", "{ nope }", "{ bug }", '{ check(entry: {title: "x"}, on: "hunter2") }'):
        assert (await SCHEMA.execute(query, context_value=ADA)).errors
    assert caplog.records == []


async def test_introspection_shows_one_of() -> None:
    query = get_introspection_query(specified_by_url=True, directive_is_repeatable=True, one_of=True)
    result = sent(await execute(query))
    assert set(result) == {"data"}
    (slot,) = (kind for kind in result["data"]["__schema"]["types"] if kind["name"] == "Slot")
    assert slot["isOneOf"] is True


async def test_concurrent_operations_are_limited() -> None:
    executor = GraphQLExecutor(SCHEMA, Limits(max_operations=1))
    operation = executor.prepare(Request("subscription { wait }"), ADA)
    async with aclosing(stream_results(executor, operation, ADA, "r1")) as results:
        assert (await anext(results)).result == {"data": {"wait": 0}}
        with pytest.raises(GraphQLRequestError) as raised:
            executor.prepare(Request("{ hello }"), ADA)
        executor.prepare(Request("{ hello }"), Context(FakeApp(), "bob", None))
    assert (raised.value.status, raised.value.headers) == (429, {"Retry-After": "1"})
    extensions = {"code": "TOO_MANY_OPERATIONS", "retryAfter": 1, "allowed": 1}
    assert raised.value.formatted == {
        "errors": [{"message": "At most 1 operations at a time", "extensions": extensions}]
    }
    executor.prepare(Request("{ hello }"), ADA)


async def test_a_document_too_long_for_the_cache_is_not_compiled() -> None:
    def too_long() -> float:
        return REGISTRY.get_sample_value("trackers_executor_fallbacks_total", {"reason": "size"}) or 0

    before = too_long()
    assert await execute("{ hello }".ljust(20_000)) == {"data": {"hello": "Hello you"}}
    assert too_long() == before
    assert await execute("{ hello }".ljust(20_001)) == {"data": {"hello": "Hello you"}}
    assert too_long() == before + 1
