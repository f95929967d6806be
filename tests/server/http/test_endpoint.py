"""GraphQL over HTTP, row by row: a request of a real client, and the whole answer."""

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
NEW = "application/graphql-response+json"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served() -> AsyncIterator[FakeApp]:
    async with sample_api() as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(served: FakeApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=served.url.removesuffix(PATH), timeout=10) as one:
        yield one


def refused(message: str, code: str = "BAD_REQUEST") -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def wrong(message: str, code: str, column: int, **more: Any) -> dict[str, Any]:
    where = [{"line": 1, "column": column}]
    return {"errors": [{"message": message, "locations": where, "extensions": {"code": code, **more}}]}


HELLO = {"data": {"hello": "Hello you"}}
NO_STREAM = refused(
    "A subscription needs the WebSocket at this address, or text/event-stream named in Accept", "NOT_ACCEPTABLE"
)
NOT_JSON = refused("The request is not valid JSON")
NO_PARSE = wrong("Syntax Error: Expected Name, found <EOF>.", "GRAPHQL_PARSE_FAILED", 2)
NO_FIELD = wrong("Cannot query field 'nope' on type 'Query'.", "GRAPHQL_VALIDATION_FAILED", 3)
TWO = refused("The document has several operations: operationName must name one", "OPERATION_RESOLUTION_FAILURE")
NONE_SUCH = refused("The document has no operation of this name", "OPERATION_RESOLUTION_FAILURE")
AB = 'query A { hello } query B { hello(name: "B") }'
NAMED = "query($n: Int!) { hello }"

# body | answer: what makes no request is 400 in both media types
MALFORMED: list[tuple[bytes, dict[str, Any]]] = [
    (b"", NOT_JSON),
    (b"{", NOT_JSON),
    (b"\xff\xfe", NOT_JSON),
    (b'{"query": "\xff"}', NOT_JSON),
    (b"[" * 200_000, NOT_JSON),
    (b'{"a":"\\ud800","b":' + b"[" * 200_000, NOT_JSON),
    (b'{"a":"\\ud800","b":NaN}', NOT_JSON),
    (b'{"a":"\\ud800","b":1e999}', NOT_JSON),
    (b"5", refused("The request must be an object")),
    (b'"x"', refused("The request must be an object")),
    (b"null", refused("The request must be an object")),
    (b"[]", refused("Batches are not supported: send one request at a time")),
    (b'[{"query":"{hello}"}]', refused("Batches are not supported: send one request at a time")),
    (b"{}", refused("query is missing")),
    (b'{"query": null}', refused("query must be a string")),
    (b'{"query": ["{hello}"]}', refused("query must be a string")),
    (b'{"query": "{hello}", "variables": []}', refused("variables must be an object")),
    (b'{"query": "{hello}", "variables": "{}"}', refused("variables must be an object")),
    (b'{"query": "{hello}", "extensions": 1}', refused("extensions must be an object")),
    (b'{"query": "{hello}", "operationName": 1}', refused("operationName must be a string")),
]


@pytest.mark.parametrize(("body", "answer"), MALFORMED, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("accept", [JSON, NEW])
async def test_malformed(client: httpx.AsyncClient, accept: str, body: bytes, answer: dict[str, Any]) -> None:
    response = await client.post(PATH, content=body, headers={"content-type": JSON, "accept": accept})
    assert (response.status_code, response.json()) == (400, answer)
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"


# a request, its status in application/graphql-response+json (the other has 200), its answer
WELL_FORMED: list[tuple[dict[str, Any], int, dict[str, Any]]] = [
    ({"query": "{ hello }"}, 200, HELLO),
    ({"query": "{ hello }", "variables": None, "operationName": None, "extensions": None}, 200, HELLO),
    ({"query": "{ hello }", "extensions": {}, "unknown": 1}, 200, HELLO),
    ({"query": AB, "operationName": "B"}, 200, {"data": {"hello": "Hello B"}}),
    ({"query": AB}, 400, TWO),
    ({"query": AB, "operationName": "C"}, 400, NONE_SUCH),
    ({"query": AB, "operationName": ""}, 400, NONE_SUCH),
    ({"query": "{ hello }", "operationName": "C"}, 400, NONE_SUCH),
    ({"query": "{"}, 400, NO_PARSE),
    ({"query": ""}, 400, wrong("Syntax Error: Unexpected <EOF>.", "GRAPHQL_PARSE_FAILED", 1)),
    ({"query": "{ nope }"}, 400, NO_FIELD),
    (
        {"query": "query($n: Int) { hello }", "variables": {"n": 1}},
        400,
        wrong("Variable '$n' is never used.", "GRAPHQL_VALIDATION_FAILED", 7),
    ),
    (
        {"query": "query($n: String!) { hello(name: $n) }"},
        400,
        wrong(
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
        200,
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


@pytest.mark.parametrize(("asked", "status", "answer"), WELL_FORMED, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize("accept", [JSON, NEW])
async def test_well_formed(
    client: httpx.AsyncClient, accept: str, asked: dict[str, Any], status: int, answer: dict[str, Any]
) -> None:
    headers = {"content-type": JSON, "accept": accept}
    response = await client.post(PATH, content=json.dumps(asked), headers=headers)
    assert (response.status_code, response.json()) == (status if accept == NEW else 200, answer)
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


# query string | status | answer, in application/json
GET: list[tuple[str, int, dict[str, Any]]] = [
    (urlencode({"query": "{ hello }"}), 200, HELLO),
    (urlencode({"query": AB, "operationName": "B"}), 200, {"data": {"hello": "Hello B"}}),
    (urlencode({"query": "{ hello }", "operationName": ""}), 200, HELLO),
    (
        urlencode({"query": "query($n: String!) { hello(name: $n) }", "variables": '{"n": "é"}'}),
        200,
        {"data": {"hello": "Hello é"}},
    ),
    (urlencode({"query": "{ hello }", "variables": "null", "extensions": "{}"}), 200, HELLO),
    (urlencode({"query": "{ hello }", "variables": "{"}), 400, NOT_JSON),
    (urlencode({"query": "{ hello }", "variables": "[]"}), 400, refused("variables must be an object")),
    (urlencode({"query": "{ hello }", "variables": ""}), 400, NOT_JSON),
    ("", 400, refused("query is missing")),
    ("query={hello}&query={hello}", 400, refused("query is given twice")),
    ("query=%ff", 400, refused("The URL's query string is not form-encoded UTF-8")),
    ("&".join(["a=1"] * 50), 400, refused("The URL's query string is not form-encoded UTF-8")),
    ("query={nope}", 200, wrong("Cannot query field 'nope' on type 'Query'.", "GRAPHQL_VALIDATION_FAILED", 2)),
    (
        urlencode({"query": 'mutation { write(text: "x") }'}),
        405,
        refused("A mutation needs POST", "METHOD_NOT_ALLOWED"),
    ),
    ("query=subscription{wait}", 406, NO_STREAM),
]


@pytest.mark.parametrize(("query", "status", "answer"), GET, ids=lambda value: str(value)[:60])
async def test_get(served: FakeApp, client: httpx.AsyncClient, query: str, status: int, answer: dict[str, Any]) -> None:
    response = await client.get(f"{served.url}?{query}")
    assert (response.status_code, response.json()) == (status, answer)
    assert response.headers.get("allow") == ("POST" if status == 405 else None)
    assert served.written == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
async def test_other_methods(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, PATH)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_mutation(served: FakeApp, client: httpx.AsyncClient) -> None:
    response = await client.post(PATH, json={"query": 'mutation { write(text: "x") }'})
    assert (response.status_code, response.json()) == (200, {"data": {"write": "x"}})
    assert served.written == ["x"]
    served.written.clear()


async def test_authorization(served: FakeApp, client: httpx.AsyncClient) -> None:
    served.contexts.clear()
    for authorization, viewer in (("Bearer good", "ada"), ("Bearer bad", None)):
        response = await client.post(PATH, json={"query": "{ who }"}, headers={"authorization": authorization})
        assert response.json() == {"data": {"who": viewer}}
    await client.post(PATH, json={"query": "{ who }"})
    assert served.contexts == [("Bearer good", "127.0.0.1"), ("Bearer bad", "127.0.0.1"), (None, "127.0.0.1")]


async def test_broken_context(served: FakeApp, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    served.fails = True
    try:
        response = await client.post(PATH, json={"query": "{ who }"})
    finally:
        served.fails = False
    (record,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    request_id = response.json()["errors"][0]["extensions"]["requestId"]
    message = "Internal server error: find it in the server's log by its request id."
    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    assert (response.status_code, response.json()) == (
        500,
        {"errors": [{"message": message, "extensions": extensions}]},
    )
    assert record.getMessage().startswith(f"request {request_id}: builtins.ConnectionError\n")
    assert "hunter2" not in caplog.text
