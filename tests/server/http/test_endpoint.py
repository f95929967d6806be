"""Tests of GraphQL over HTTP with a real client, comparing complete responses."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio

from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/graphql"
JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(server: FakeApp) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": "Bearer good"}
    async with httpx.AsyncClient(base_url=server.url.removesuffix(PATH), timeout=10, headers=headers) as http_client:
        yield http_client


def error_result(message: str, code: str = "BAD_REQUEST") -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def located_error(message: str, code: str, column: int, **extensions: Any) -> dict[str, Any]:
    locations = [{"line": 1, "column": column}]
    return {"errors": [{"message": message, "locations": locations, "extensions": {"code": code, **extensions}}]}


HELLO = {"data": {"hello": "Hello you"}}
STREAM_NOT_ACCEPTED = error_result(
    "A subscription needs the WebSocket at this address, or text/event-stream named in Accept", "NOT_ACCEPTABLE"
)
NOT_JSON = error_result("The request is not valid JSON")
PARSE_ERROR = located_error("Syntax Error: Expected Name, found <EOF>.", "GRAPHQL_PARSE_FAILED", 2)
UNKNOWN_FIELD = located_error("Cannot query field 'nope' on type 'Query'.", "GRAPHQL_VALIDATION_FAILED", 3)
SEVERAL_OPERATIONS = error_result(
    "The document has several operations: operationName must name one", "OPERATION_RESOLUTION_FAILURE"
)
NO_SUCH_OPERATION = error_result("The document has no operation of this name", "OPERATION_RESOLUTION_FAILURE")
TWO_OPERATIONS = 'query A { hello } query B { hello(name: "B") }'

# body | result, which has status 400, or 422 in application/graphql-response+json unless it is not JSON
MALFORMED_CASES: list[tuple[bytes, dict[str, Any]]] = [
    (b"", NOT_JSON),
    (b"{", NOT_JSON),
    (b"\xff\xfe", NOT_JSON),
    (b'{"query": "\xff"}', NOT_JSON),
    (b"[" * 20_000, NOT_JSON),
    (b'{"a":"\\ud800","b":' + b"[" * 19_000, NOT_JSON),
    (b'{"a":"\\ud800","b":NaN}', NOT_JSON),
    (b'{"a":"\\ud800","b":1e999}', NOT_JSON),
    (b"5", error_result("The request must be an object")),
    (b'"x"', error_result("The request must be an object")),
    (b"null", error_result("The request must be an object")),
    (b"[]", error_result("Batches are not supported: send one request at a time")),
    (b'[{"query":"{hello}"}]', error_result("Batches are not supported: send one request at a time")),
    (b"{}", error_result("query is missing")),
    (b'{"query": null}', error_result("query must be a string")),
    (b'{"query": ["{hello}"]}', error_result("query must be a string")),
    (b'{"query": "{hello}", "variables": []}', error_result("variables must be an object")),
    (b'{"query": "{hello}", "variables": "{}"}', error_result("variables must be an object")),
    (b'{"query": "{hello}", "extensions": 1}', error_result("extensions must be an object")),
    (b'{"query": "{hello}", "operationName": 1}', error_result("operationName must be a string")),
]


@pytest.mark.parametrize(("body", "result"), MALFORMED_CASES, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
async def test_malformed(client: httpx.AsyncClient, accept: str, body: bytes, result: dict[str, Any]) -> None:
    response = await client.post(PATH, content=body, headers={"content-type": JSON, "accept": accept})
    status = 422 if accept == GRAPHQL_RESPONSE and result != NOT_JSON else 400
    assert (response.status_code, response.json()) == (status, result)
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"


# request | status in application/graphql-response+json (in application/json it is 200) | result
WELL_FORMED_CASES: list[tuple[dict[str, Any], int, dict[str, Any]]] = [
    ({"query": "{ hello }"}, 200, HELLO),
    ({"query": "{ hello }", "variables": None, "operationName": None, "extensions": None}, 200, HELLO),
    ({"query": "{ hello }", "extensions": {}, "unknown": 1}, 200, HELLO),
    ({"query": TWO_OPERATIONS, "operationName": "B"}, 200, {"data": {"hello": "Hello B"}}),
    ({"query": TWO_OPERATIONS}, 422, SEVERAL_OPERATIONS),
    ({"query": TWO_OPERATIONS, "operationName": "C"}, 422, NO_SUCH_OPERATION),
    ({"query": TWO_OPERATIONS, "operationName": ""}, 422, NO_SUCH_OPERATION),
    ({"query": "{ hello }", "operationName": "C"}, 422, NO_SUCH_OPERATION),
    ({"query": "{"}, 400, PARSE_ERROR),
    ({"query": ""}, 400, located_error("Syntax Error: Unexpected <EOF>.", "GRAPHQL_PARSE_FAILED", 1)),
    ({"query": "{ nope }"}, 422, UNKNOWN_FIELD),
    (
        {"query": "query($n: Int) { hello }", "variables": {"n": 1}},
        422,
        located_error("Variable '$n' is never used.", "GRAPHQL_VALIDATION_FAILED", 7),
    ),
    (
        {"query": "query($n: String!) { hello(name: $n) }"},
        422,
        located_error(
            "Variable '$n': Expected a value of non-null type 'String!' to be provided.",
            "BAD_USER_INPUT",
            7,
            path=["n"],
        ),
    ),
    (
        {"query": "query($n: String!) { hello(name: $n) }", "variables": {"n": "\ud800\0"}},
        200,
        {"data": {"hello": "Hello \ud800\0"}},
    ),
    (
        {"query": "{ secret hello }"},
        294,
        {
            "errors": [
                {
                    "message": "Sign in first.",
                    "locations": [{"line": 1, "column": 3}],
                    "path": ["secret"],
                    "extensions": {"code": "UNAUTHENTICATED"},
                }
            ],
            "data": {"secret": None, "hello": "Hello you"},
        },
    ),
]


@pytest.mark.parametrize(("request_body", "status", "result"), WELL_FORMED_CASES, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
async def test_well_formed(
    client: httpx.AsyncClient, accept: str, request_body: dict[str, Any], status: int, result: dict[str, Any]
) -> None:
    headers = {"content-type": JSON, "accept": accept}
    response = await client.post(PATH, content=json.dumps(request_body), headers=headers)
    assert (response.status_code, response.json()) == (status if accept == GRAPHQL_RESPONSE else 200, result)
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


# query string | status | result, in application/json
GET_CASES: list[tuple[str, int, dict[str, Any]]] = [
    (urlencode({"query": "{ hello }"}), 200, HELLO),
    (urlencode({"query": TWO_OPERATIONS, "operationName": "B"}), 200, {"data": {"hello": "Hello B"}}),
    (urlencode({"query": "{ hello }", "operationName": ""}), 200, HELLO),
    (
        urlencode({"query": "query($n: String!) { hello(name: $n) }", "variables": '{"n": "é"}'}),
        200,
        {"data": {"hello": "Hello é"}},
    ),
    (urlencode({"query": "{ hello }", "variables": "null", "extensions": "{}"}), 200, HELLO),
    (urlencode({"query": "{ hello }", "variables": "{"}), 400, NOT_JSON),
    (urlencode({"query": "{ hello }", "variables": "[]"}), 400, error_result("variables must be an object")),
    (urlencode({"query": "{ hello }", "variables": "", "extensions": ""}), 200, HELLO),
    ("", 400, error_result("query is missing")),
    ("query={hello}&query={hello}", 400, error_result("query is given twice")),
    ("query=%ff", 400, error_result("The URL's query string is not form-encoded UTF-8")),
    ("&".join(["query={hello}", *["a=1"] * 19]), 200, HELLO),
    ("&".join(["query={hello}", *["a=1"] * 20]), 400, error_result("The URL has more than 20 parameters")),
    ("query={nope}", 200, located_error("Cannot query field 'nope' on type 'Query'.", "GRAPHQL_VALIDATION_FAILED", 2)),
    (
        urlencode({"query": 'mutation { write(text: "x") }'}),
        405,
        error_result("A mutation needs POST", "METHOD_NOT_ALLOWED"),
    ),
    ("query=subscription{wait}", 406, STREAM_NOT_ACCEPTED),
]


@pytest.mark.parametrize(("query", "status", "result"), GET_CASES, ids=lambda value: str(value)[:60])
async def test_get(server: FakeApp, client: httpx.AsyncClient, query: str, status: int, result: dict[str, Any]) -> None:
    response = await client.get(f"{server.url}?{query}")
    assert (response.status_code, response.json()) == (status, result)
    assert response.headers.get("allow") == ("POST" if status == 405 else None)
    assert server.written == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, PATH)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


# query string, Accept | status, header, its value
HEAD_CASES: list[tuple[str, str, int, str, str | None]] = [
    ("query={hello}", JSON, 200, "content-length", str(len('{"data":{"hello":"Hello you"}}'))),
    ("query={secret}", GRAPHQL_RESPONSE, 294, "content-type", f"{GRAPHQL_RESPONSE}; charset=utf-8"),
    ("query={nope}", GRAPHQL_RESPONSE, 422, "content-type", f"{GRAPHQL_RESPONSE}; charset=utf-8"),
    ("", JSON, 400, "allow", None),
    (urlencode({"query": 'mutation { write(text: "x") }'}), JSON, 405, "allow", "POST"),
    ("query=subscription{wait}", "text/event-stream", 405, "allow", "GET, POST"),
]


@pytest.mark.parametrize(("query", "accept", "status", "name", "value"), HEAD_CASES)
async def test_head(
    server: FakeApp, client: httpx.AsyncClient, query: str, accept: str, status: int, name: str, value: str | None
) -> None:
    response = await client.head(f"{server.url}?{query}", headers={"accept": accept})
    assert (response.status_code, response.content, response.headers.get(name)) == (status, b"", value)
    assert server.written == []


async def test_mutation(server: FakeApp, client: httpx.AsyncClient) -> None:
    response = await client.post(PATH, json={"query": 'mutation { write(text: "x") }'})
    assert (response.status_code, response.json()) == (200, {"data": {"write": "x"}})
    assert server.written == ["x"]
    server.written.clear()


async def test_authorization(server: FakeApp, client: httpx.AsyncClient) -> None:
    server.contexts.clear()
    for authorization, viewer in (("Bearer good", "ada"), ("Bearer bad", None)):
        response = await client.post(PATH, json={"query": "{ who }"}, headers={"authorization": authorization})
        assert response.json() == {"data": {"who": viewer}}
    del client.headers["authorization"]
    await client.post(PATH, json={"query": "{ who }"})
    client.headers["authorization"] = "Bearer good"
    assert server.contexts == [("Bearer good", "127.0.0.1"), ("Bearer bad", "127.0.0.1"), (None, "127.0.0.1")]


async def test_error_while_authenticating(
    server: FakeApp, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    server.fails = True
    try:
        response = await client.post(PATH, json={"query": "{ who }"})
    finally:
        server.fails = False
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    request_id = response.json()["errors"][0]["extensions"]["requestId"]
    message = "Internal server error: find it in the server's log by its request id."
    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    assert (response.status_code, response.json()) == (
        500,
        {"errors": [{"message": message, "extensions": extensions}]},
    )
    assert record.getMessage().startswith(f"request {request_id}: builtins.ConnectionError\n")
    assert "hunter2" not in caplog.text
