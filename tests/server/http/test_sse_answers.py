"""Tests of clients that only accept server-sent events: GraphQL results are events, but invalid requests get JSON."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.support.clients.sse import EVENT_STREAM
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = "application/json"


HEADERS = {"accept": EVENT_STREAM, "content-type": JSON, "authorization": "Bearer good"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(server: FakeApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=10, headers=HEADERS) as http_client:
        yield http_client


def error_result(message: str, code: str, **extra: Any) -> dict[str, Any]:
    return {"errors": [{"message": message, **extra, "extensions": {"code": code}}]}


UNKNOWN_FIELD = "Cannot query field 'nope' on type '{}'."
SEVERAL_OPERATIONS = "The document has several operations: operationName must name one"

# document | result in the event
EVENT_CASES: list[tuple[str, dict[str, Any]]] = [
    ("{ hello }", {"data": {"hello": "Hello you"}}),
    ('mutation { write(text: "x") }', {"data": {"write": "x"}}),
    (
        "{",
        error_result(
            "Syntax Error: Expected Name, found <EOF>.", "GRAPHQL_PARSE_FAILED", locations=[{"line": 1, "column": 2}]
        ),
    ),
    (
        "{ nope }",
        error_result(UNKNOWN_FIELD.format("Query"), "GRAPHQL_VALIDATION_FAILED", locations=[{"line": 1, "column": 3}]),
    ),
    (
        "subscription { nope }",
        error_result(
            UNKNOWN_FIELD.format("Subscription"), "GRAPHQL_VALIDATION_FAILED", locations=[{"line": 1, "column": 16}]
        ),
    ),
    ("query A { hello } query B { hello }", error_result(SEVERAL_OPERATIONS, "OPERATION_RESOLUTION_FAILURE")),
]


@pytest.mark.parametrize(("query", "answer"), EVENT_CASES)
async def test_result_in_an_event(
    server: FakeApp, client: httpx.AsyncClient, query: str, answer: dict[str, Any]
) -> None:
    server.written.clear()
    response = await client.post(server.url, json={"query": query})
    assert response.text.endswith("\n\nevent: complete\ndata:\n\n")
    next_event, data = response.text.removesuffix("\n\nevent: complete\ndata:\n\n").split("\n")
    assert (next_event, json.loads(data.removeprefix("data: "))) == ("event: next", answer)
    assert (response.status_code, response.headers["content-type"]) == (200, f"{EVENT_STREAM}; charset=utf-8")
    assert response.headers["cache-control"] == "no-store"
    assert server.written == (["x"] if "write" in query else [])


GET_MUTATION = '?query=mutation{write(text:"x")}'

# method, query string, body, further headers | status, result
REJECTED_CASES: list[tuple[str, str, str, dict[str, str], int, dict[str, Any]]] = [
    ("POST", "", "{", {}, 400, error_result("The request is not valid JSON", "BAD_REQUEST")),
    ("POST", "", "{}", {}, 400, error_result("query is missing", "BAD_REQUEST")),
    ("GET", "", "", {}, 400, error_result("query is missing", "BAD_REQUEST")),
    ("GET", GET_MUTATION, "", {}, 405, error_result("A mutation needs POST", "METHOD_NOT_ALLOWED")),
    ("PUT", "", "", {}, 405, error_result("Use GET or POST", "METHOD_NOT_ALLOWED")),
    (
        "POST",
        "",
        '{"query": "subscription { wait }"}',
        {"content-type": "text/plain"},
        415,
        error_result("Content-Type must be application/json, in UTF-8", "UNSUPPORTED_MEDIA_TYPE"),
    ),
    (
        "POST",
        "",
        '{"query": "subscription { wait }"}',
        {"accept": JSON},
        406,
        error_result(
            "A subscription needs the WebSocket at this address, or text/event-stream named in Accept", "NOT_ACCEPTABLE"
        ),
    ),
]


@pytest.mark.parametrize(("method", "query", "body", "headers", "status", "answer"), REJECTED_CASES)
async def test_rejected_request(
    server: FakeApp,
    client: httpx.AsyncClient,
    method: str,
    query: str,
    body: str,
    headers: dict[str, str],
    status: int,
    answer: dict[str, Any],
) -> None:
    server.written.clear()
    response = await client.request(method, server.url + query, content=body, headers=headers)
    assert (response.status_code, response.json()) == (status, answer)
    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert server.written == []
    assert server.cleaned == []


async def test_error_while_authenticating(
    server: FakeApp, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    server.fails = True
    try:
        response = await client.post(server.url, json={"query": "subscription { wait }"})
    finally:
        server.fails = False
    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": response.json()["errors"][0]["extensions"]["requestId"]}
    message = "Internal server error: find it in the server's log by its request id."
    assert (response.status_code, response.json()) == (
        500,
        {"errors": [{"message": message, "extensions": extensions}]},
    )
    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert f"request {extensions['requestId']}: builtins.ConnectionError" in caplog.text
