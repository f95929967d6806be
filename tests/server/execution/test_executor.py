"""One operation without a door: request errors with their input paths, bugs masked and logged, documents kept."""

import json
import logging
import re
from contextlib import aclosing
from typing import Any

import pytest
from graphql import get_introspection_query

from server.execution.document_cache import DocumentCache
from server.execution.executor import GraphQLExecutor
from server.limits import Limits
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from tests.support.servers.sample_schema import SCHEMA, Context, FakeApp

ADA = Context(FakeApp(), "ada", None)
BUG = "Internal server error: find it in the server's log by its request id."
INTERNAL = {"code": "INTERNAL_SERVER_ERROR", "requestId": "r1"}
CHECK = "query($entry: Entry!, $on: Date) { check(entry: $entry, on: $on) }"


async def run(query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    executor = GraphQLExecutor(SCHEMA)
    try:
        operation = executor.prepare(Request(query, variables or {}), ADA)
    except GraphQLRequestError as refusal:
        return refusal.formatted
    return await executor.execute(operation, ADA, "r1")


# variables of CHECK | the path of each error
VARIABLES: list[tuple[dict[str, Any], list[list[str]]]] = [
    ({}, [["entry"]]),
    ({"entry": None}, [["entry"]]),
    ({"entry": []}, [["entry"]]),
    ({"entry": {}}, [["entry"]]),
    ({"entry": {"title": 5}}, [["entry", "title"]]),
    ({"entry": {"title": "x"}, "on": "2026-02-30"}, [["on"]]),
    ({"entry": {"title": "x", "part": {"due": "soon"}}}, [["entry", "part", "due"]]),
    (
        {"entry": {"title": "x", "parts": [{}, {"due": "soon", "number": "1"}]}, "on": 1},
        [["entry", "parts", "1", "due"], ["entry", "parts", "1", "number"], ["on"]],
    ),
    ({"entry": {"title": "x", "nope": 1}}, [["entry"]]),
]


@pytest.mark.parametrize(("variables", "paths"), VARIABLES)
async def test_variables(variables: dict[str, Any], paths: list[list[str]]) -> None:
    answer = await run(CHECK, variables)
    assert set(answer) == {"errors"}
    assert [error["extensions"] for error in answer["errors"]] == [
        {"code": "BAD_USER_INPUT", "path": path} for path in paths
    ]


# a field with literals | the path of each error
LITERALS: list[tuple[str, list[list[str]]]] = [
    ("check(entry: 5)", [["entry"]]),
    ('check(entry: {title: "x"}, on: "2026-02-30")', [["on"]]),
    ('check(entry: {title: "x", part: {due: "soon"}})', [["entry", "part", "due"]]),
    (
        'check(entry: {title: 1, parts: [{}, {due: 1}]}, on: "x")',
        [["entry", "title"], ["entry", "parts", "1", "due"], ["on"]],
    ),
    ('hello @skip(if: "x")', [["if"]]),
]


@pytest.mark.parametrize(("field", "paths"), LITERALS)
async def test_literals(field: str, paths: list[list[str]]) -> None:
    answer = await run(f"{{ {field} }}")
    assert set(answer) == {"errors"}
    assert [error["extensions"] for error in answer["errors"]] == [
        {"code": "BAD_USER_INPUT", "path": path} for path in paths
    ]


async def test_a_literal_that_a_scalar_cannot_even_read() -> None:
    answer = await run(f'{{ check(entry: {{title: "x", part: {{number: {"9" * 5_000}}}}}) }}')
    ((error,),) = answer.values()
    assert error["message"] == "The value is not of its type."
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "path": ["entry", "part", "number"]}


async def test_a_variables_default() -> None:
    answer = await run('query($on: Date = "x") { check(entry: {title: "x"}, on: $on) }')
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "BAD_USER_INPUT", "path": ["on"]}]


async def test_what_only_the_variables_make_wrong() -> None:
    answer = await run('query($name: String = "x") { hello(name: $name) }', {"name": None})
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]) == (["hello"], {"code": "BAD_USER_INPUT", "path": ["name"]})
    assert answer["data"] is None


# a @oneOf input | the path of the error
ONE_OF: list[tuple[dict[str, Any], list[str]]] = [
    ({"text": "a", "date": None}, ["slots", "0"]),
    ({}, ["slots", "0"]),
    ({"text": None}, ["slots", "0", "text"]),
    ({"date": "soon"}, ["slots", "0", "date"]),
]


@pytest.mark.parametrize(("slot", "path"), ONE_OF)
async def test_one_of(slot: dict[str, Any], path: list[str]) -> None:
    literal = ", ".join(f"{name}: {json.dumps(value)}" for name, value in slot.items())
    for answer in (
        await run(f"{{ slots(slots: [{{{literal}}}]) }}"),
        await run("query($slots: [Slot!]!) { slots(slots: $slots) }", {"slots": [slot]}),
    ):
        assert set(answer) == {"errors"}
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "BAD_USER_INPUT", "path": path}]


async def test_one_of_taken() -> None:
    assert await run('{ slots(slots: [{text: "a"}]) }') == {"data": {"slots": "a"}}
    query = "query($text: String) { slots(slots: [{text: $text}]) }"
    assert await run(query, {"text": "a"}) == {"data": {"slots": "a"}}
    for variables in ({"text": None}, {}):
        (error,) = (await run(query, variables))["errors"]
        assert (error["path"], error["extensions"]["code"]) == (["slots"], "BAD_USER_INPUT")


async def test_deep_and_many_wrong_values() -> None:
    deep: Any = {"title": "x"}
    for _ in range(900):
        deep = [deep]
    assert "errors" in await run(CHECK, {"entry": deep})
    many = await run(CHECK, {"entry": {"title": "x", "parts": [{"due": "x"}] * 1000}})
    assert len(many["errors"]) == 50


# query | path of the masked error | data | the line that the log begins with
BUGS: list[tuple[str, list[str], Any, str]] = [
    ("{ hello bug }", ["bug"], {"hello": "Hello you", "bug": None}, "builtins.RuntimeError"),
    ("{ maybe { sure } }", ["maybe", "sure"], {"maybe": None}, "builtins.ValueError"),
    ("{ thing { sure } }", ["thing", "sure"], None, "builtins.ValueError"),
    ("{ number }", ["number"], {"number": None}, "graphql.error.graphql_error.GraphQLError"),
]


@pytest.mark.parametrize(("query", "path", "data", "logged"), BUGS)
async def test_bugs(query: str, path: list[str], data: Any, logged: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = await run(query)
    (error,) = answer["errors"]
    assert error.pop("locations")
    assert error == {"message": BUG, "path": path, "extensions": INTERNAL}
    assert answer["data"] == data
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("trackers.errors", logging.ERROR)
    lines = record.getMessage().splitlines()
    assert lines[0] == f"request r1: {logged}"
    assert all(re.fullmatch(r"  .+\.py:\d+ \S+|[\w.]+", line) for line in lines[1:])
    assert "hunter2" not in caplog.text


async def test_the_log_names_the_places_and_the_causes(caplog: pytest.LogCaptureFixture) -> None:
    await run("{ bug }")
    lines = caplog.records[0].getMessage().splitlines()
    places = [line.rsplit("/", 1)[-1].split(":")[0] + line[line.rindex(" ") :] for line in lines if ".py" in line]
    assert "sample_schema.py Query.bug" in places
    assert lines[lines.index("builtins.LookupError") + 2 :][0].endswith(" _fail")


async def test_errors_on_purpose_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert (await run("{ secret }"))["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    await run("{")
    await run(CHECK, {"entry": {"title": "x"}, "on": "hunter2"})
    await run('{ check(entry: {title: "x"}, on: "hunter2") }')
    assert caplog.records == []


async def test_the_schema_alone_logs_nothing_either(caplog: pytest.LogCaptureFixture) -> None:
    for query in ("{", "{ nope }", "{ bug }", '{ check(entry: {title: "x"}, on: "hunter2") }'):
        assert (await SCHEMA.execute(query, context_value=ADA)).errors
    assert caplog.records == []


async def test_the_introspection_of_playgrounds() -> None:
    query = get_introspection_query(specified_by_url=True, directive_is_repeatable=True, one_of=True)
    answer = await run(query)
    assert set(answer) == {"data"}
    (slot,) = (kind for kind in answer["data"]["__schema"]["types"] if kind["name"] == "Slot")
    assert slot["isOneOf"] is True


async def test_too_many_operations_at_a_time() -> None:
    executor = GraphQLExecutor(SCHEMA, Limits(max_operations=1))
    operation = executor.prepare(Request("subscription { wait }"), ADA)
    async with aclosing(executor.subscribe(operation, ADA, "r1")) as results:
        assert await anext(results) == {"data": {"wait": 0}}
        with pytest.raises(GraphQLRequestError) as raised:
            executor.prepare(Request("{ hello }"), ADA)
        executor.prepare(Request("{ hello }"), Context(FakeApp(), "bob", None))
    assert (raised.value.status, raised.value.headers) == (429, {"Retry-After": "1"})
    extensions = {"code": "TOO_MANY_OPERATIONS", "retryAfter": 1, "allowed": 1}
    assert raised.value.formatted == {
        "errors": [{"message": "At most 1 operations at a time", "extensions": extensions}]
    }
    executor.prepare(Request("{ hello }"), ADA)


def test_documents_are_kept_and_dropped() -> None:
    documents = DocumentCache(SCHEMA.graphql_schema, max_length=1000)
    first = documents.check("{ hello }")
    assert documents.check("{ hello }") is first
    for number in range(100):
        documents.check(f"{{ hello{number}: hello }}")
        documents.check("{ hello }")
    assert documents.check("{ hello }") is first
    assert documents.check("{ hello0: hello }") is not documents.check("{hello0:hello}")
    long = "{ hello }".ljust(101)
    assert documents.check(long) is not documents.check(long)
    assert sum(map(len, documents._documents)) == documents._length <= 1000


async def test_a_cycle_of_fragments() -> None:
    answer = await run("{ thing { ...A } } fragment A on Thing { me { ...B } } fragment B on Thing { ...A }")
    assert [error["message"] for error in answer["errors"]] == ["Cannot spread fragment 'A' within itself via 'B'."]
