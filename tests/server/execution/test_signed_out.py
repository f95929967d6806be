"""The schema is not disclosed to anonymous clients: they get neither introspection nor suggestions."""

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
from tests.support.clients.websocket import INIT, next_message, open_client, subscribe
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import ADA, Context, FakeApp

ANONYMOUS = Context(FakeApp(), None, None)
SIGN_IN_MESSAGE = "Sign in first: only members may introspect the schema"
SIGN_IN_ERROR = {"errors": [{"message": SIGN_IN_MESSAGE, "extensions": {"code": "UNAUTHENTICATED"}}]}


@cache
def executor() -> GraphQLExecutor:
    return GraphQLExecutor(make_schema())


def request_error(
    context: Context, query: str, variables: dict[str, Any] | None = None, name: str | None = None
) -> Any:
    """Return the result of a request that is rejected before execution, or None if it is accepted."""
    try:
        executor().prepare(Request(query, variables or {}, name), context)
    except GraphQLRequestError as error:
        return error.formatted
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
def test_introspection_requires_sign_in(query: str) -> None:
    for _ in range(2):  # the document is cached after the first time
        assert request_error(ANONYMOUS, query) == SIGN_IN_ERROR
        assert request_error(ADA, query) is None


def test_typename_is_available_without_sign_in() -> None:
    assert request_error(ANONYMOUS, "{ __typename viewer { __typename id } }") is None


def test_only_the_executed_operation_is_checked() -> None:
    document = "query A { __typename } query B { __schema { queryType { name } } }"
    assert request_error(ANONYMOUS, document, name="A") is None
    assert request_error(ANONYMOUS, document, name="B") == SIGN_IN_ERROR


SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { errors { code } } }"
LIST = "query($filter: TrackerFilter) { trackers(filter: $filter) { totalCount } }"
# a document with a mistake | its variables | the suggestion for a member
MISTAKES: list[tuple[str, dict[str, Any], str]] = [
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


@pytest.mark.parametrize(("query", "variables", "suggestion"), MISTAKES)
def test_only_members_get_suggestions(query: str, variables: dict[str, Any], suggestion: str) -> None:
    anonymous, member = request_error(ANONYMOUS, query, variables), request_error(ADA, query, variables)
    assert "Did you mean" not in str(anonymous)
    assert suggestion in str(member)
    for index, error in enumerate(member["errors"]):
        anonymous_error = anonymous["errors"][index]
        assert without_suggestion(error["message"]) == anonymous_error["message"]
        assert error["extensions"] == anonymous_error["extensions"]
    assert request_error(ANONYMOUS, query, variables) == anonymous


async def test_introspection_over_http_and_websocket() -> None:
    query = "{ __schema { queryType { name } } }"
    async with (
        sample_api() as served,
        httpx.AsyncClient(timeout=10, trust_env=False) as http,
        open_client(served, INIT) as websocket,
    ):
        for token, result in (
            ("Bearer good", {"data": {"__schema": {"queryType": {"name": "Query"}}}}),
            ("Bearer bad", SIGN_IN_ERROR),
        ):
            response = await http.post(served.url, json={"query": query}, headers={"authorization": token})
            assert (response.status_code, response.json()) == (200, result)
        for accept, status in (("application/json", 200), ("application/graphql-response+json", 401)):
            response = await http.post(served.url, json={"query": query}, headers={"accept": accept})
            assert (response.status_code, response.json()) == (status, SIGN_IN_ERROR)
        await websocket.send(subscribe(query), subscribe("{ __typename }", "2"))
        assert await websocket.receive() == {"type": "error", "id": "1", "payload": SIGN_IN_ERROR["errors"]}
        assert await websocket.receive() == next_message("2", data={"__typename": "Query"})


async def test_database_error_messages_are_not_disclosed(database: str) -> None:
    ada = await make.member()
    await fetch("ALTER TABLE programme RENAME TO gone")
    result = await ask_graph(ada, "{ programmes { nodes { name } } viewer { member { name } } }")
    (error,) = result["errors"]
    assert error["message"] == "Internal server error: find it in the server's log by its request id."
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "a request"}
    assert "programme" not in str(result).replace("['programmes']", "")
