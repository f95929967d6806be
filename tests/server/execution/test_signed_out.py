"""What whoever is not signed in is told of the schema: `__typename`, and no more; no names that were perhaps meant."""

import re
from functools import cache
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query

from models.database import fetch
from resolvers.schema_root import make_schema
from server.execution.executor import GraphQLExecutor
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from tests.support import factories as make
from tests.support.clients.graphql import ask as ask_graph
from tests.support.clients.websocket import INIT, ask, client, heard
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import Context, FakeApp

STRANGER, ADA = Context(FakeApp(), None, None), Context(FakeApp(), "ada", None)
TOLD = "Sign in first: only members may introspect the schema"
NOT_TOLD = {"errors": [{"message": TOLD, "extensions": {"code": "UNAUTHENTICATED"}}]}


@cache
def executor() -> GraphQLExecutor:
    return GraphQLExecutor(make_schema())


def refusal(context: Context, query: str, variables: dict[str, Any] | None = None, name: str | None = None) -> Any:
    """The answer to what is not carried out; None where it would be."""
    try:
        executor().prepare(Request(query, variables or {}, name), context)
    except GraphQLRequestError as no:
        return no.formatted
    return None


INTROSPECTIONS = [
    get_introspection_query(),
    "{ __schema { queryType { name } } }",
    '{ __type(name: "Tracker") { name } }',
    '{ x: __type(name: "Tracker") { __typename } }',
    "{ ...{ ...F } } fragment F on Query { __schema { __typename } }",
    "{ __schema @skip(if: true) { queryType { name } } }",
]


@pytest.mark.parametrize("query", INTROSPECTIONS, ids=lambda query: query[:40])
def test_introspection_is_for_members(query: str) -> None:
    for _ in range(2):  # the document is kept after the first time, whoever asked
        assert refusal(STRANGER, query) == NOT_TOLD
        assert refusal(ADA, query) is None


def test_typename_is_for_everybody() -> None:
    assert refusal(STRANGER, "{ __typename viewer { __typename id } }") is None


def test_only_the_operation_that_runs_counts() -> None:
    both = "query A { __typename } query B { __schema { queryType { name } } }"
    assert refusal(STRANGER, both, name="A") is None
    assert refusal(STRANGER, both, name="B") == NOT_TOLD


SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { errors { code } } }"
LIST = "query($filter: TrackerFilter) { trackers(filter: $filter) { totalCount } }"
# a document with a slip | its variables | what a member is told beside
SLIPS: list[tuple[str, dict[str, Any], str]] = [
    ("{ trackrs { totalCount } }", {}, "Did you mean 'trackers' or 'tracker'?"),
    ("{ tracker(id: 5) { nmber } }", {}, "Did you mean 'number'?"),
    ("{ trackers(fist: 1) { totalCount } }", {}, "Did you mean 'first' or 'last'?"),
    ('{ node(id: "x") { ... on Trackr { id } } }', {}, "Did you mean 'Tracker'?"),
    ('{ node(id: "x") { number } }', {}, "Did you mean to use an inline fragment on 'Tracker'?"),
    ("{ trackers(filter: {statuss: NEW}) { totalCount } }", {}, "Did you mean 'status'?"),
    ("{ trackers(filter: {status: NEWW}) { totalCount } }", {}, "Did you mean the enum value 'NEW'?"),
    ("query($x: Strng) { viewer(x: $x) { id } }", {}, "Did you mean 'String'?"),
    (SIGN_IN, {"input": {"emal": "a", "password": "b"}}, "Did you mean 'email'?"),
    (LIST, {"filter": {"status": ["NEWW"]}}, "Did you mean the enum value 'NEW'?"),
    (LIST, {"filter": {"statuss": ["NEW"]}}, "Did you mean 'status'?"),
]


def without_suggestion(message: str) -> str:
    return re.sub(r" Did you mean [^?]+\?", "", re.sub(r"\. Did you mean [^?]+\? Found", ", found", message))


@pytest.mark.parametrize(("query", "variables", "suggestion"), SLIPS)
def test_suggestions_are_for_members(query: str, variables: dict[str, Any], suggestion: str) -> None:
    to_stranger, to_ada = refusal(STRANGER, query, variables), refusal(ADA, query, variables)
    assert "Did you mean" not in str(to_stranger)
    assert suggestion in str(to_ada)
    for place, error in enumerate(to_ada["errors"]):
        same = to_stranger["errors"][place]
        assert without_suggestion(error["message"]) == same["message"]
        assert error["extensions"] == same["extensions"]
    assert refusal(STRANGER, query, variables) == to_stranger


async def test_at_the_doors() -> None:
    query = "{ __schema { queryType { name } } }"
    async with (
        sample_api() as served,
        httpx.AsyncClient(timeout=10, trust_env=False) as web,
        client(served, INIT) as one,
    ):
        for token, answer in (
            ("Bearer good", {"data": {"__schema": {"queryType": {"name": "Query"}}}}),
            ("Bearer bad", NOT_TOLD),
        ):
            response = await web.post(served.url, json={"query": query}, headers={"authorization": token})
            assert (response.status_code, response.json()) == (200, answer)
        for accept, status in (("application/json", 200), ("application/graphql-response+json", 400)):
            response = await web.post(served.url, json={"query": query}, headers={"accept": accept})
            assert (response.status_code, response.json()) == (status, NOT_TOLD)
        await one.send(ask(query), ask("{ __typename }", "2"))
        assert await one.hear() == {"type": "error", "id": "1", "payload": NOT_TOLD["errors"]}
        assert await one.hear() == heard("2", data={"__typename": "Query"})


async def test_what_the_database_says_is_told_to_nobody(database: str) -> None:
    ada = await make.member()
    await fetch("ALTER TABLE programme RENAME TO gone")
    answer = await ask_graph(ada, "{ programmes { nodes { name } } viewer { member { name } } }")
    (error,) = answer["errors"]
    assert error["message"] == "Internal server error: find it in the server's log by its request id."
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "a request"}
    assert "programme" not in str(answer).replace("['programmes']", "")
