"""Parameters of requests beside the query, over each transport: persisted queries, and ``onError``."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import pytest
import pytest_asyncio

from tests.support.clients.sse import EVENT_STREAM
from tests.support.clients.websocket import INIT, complete, next_message, open_client
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = pytest.mark.asyncio(loop_scope="module")

HASH = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
NOT_SUPPORTED = [
    {"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}
]  # fmt: skip
HELLO = {"data": {"hello": "Hello you"}}
BUG = "{ thing { name nonNullBug } }"
BUG_NULLED = {"thing": {"name": "thing", "nonNullBug": None}}
BAD_BEHAVIOUR = [
    {"message": "onError must be NULL, PROPAGATE or HALT", "extensions": {"code": "BAD_REQUEST"}},
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=10) as http_client:
        yield http_client


def in_url(request: dict[str, Any]) -> str:
    """Return a request as the query string of a GET request."""
    return urlencode(
        {name: value if isinstance(value, str) else orjson.dumps(value) for name, value in request.items()}
    )


def data_of(event_stream: str) -> Any:
    return orjson.loads(event_stream.split("\n")[1].removeprefix("data: "))


# The first is what Apollo's link sends.
WITHOUT_QUERY: list[dict[str, Any]] = [
    {"operationName": "Q", "variables": {}, "extensions": HASH},
    {"query": None, "extensions": HASH},
    {"extensions": {"persistedQuery": {"version": 2}}},
]


@pytest.mark.parametrize("request_body", WITHOUT_QUERY)
async def test_persisted_query(server: FakeApp, client: httpx.AsyncClient, request_body: dict[str, Any]) -> None:
    response = await client.post(server.url, json=request_body)
    assert (response.status_code, response.json()) == (200, {"errors": NOT_SUPPORTED})
    accept = "application/graphql-response+json"
    response = await client.post(server.url, json=request_body, headers={"accept": accept})
    assert (response.status_code, response.json()) == (422, {"errors": NOT_SUPPORTED})
    response = await client.post(server.url, json=request_body, headers={"accept": EVENT_STREAM})
    assert (response.status_code, data_of(response.text)) == (200, {"errors": NOT_SUPPORTED})
    async with open_client(server, INIT) as socket:
        await socket.send({"type": "subscribe", "id": "1", "payload": request_body})
        assert await socket.receive() == {"type": "error", "id": "1", "payload": NOT_SUPPORTED}


async def test_persisted_query_by_get(server: FakeApp, client: httpx.AsyncClient) -> None:
    response = await client.get(f"{server.url}?{in_url(WITHOUT_QUERY[0])}")
    assert (response.status_code, response.json()) == (200, {"errors": NOT_SUPPORTED})


async def test_the_query_beside_a_hash_is_executed(server: FakeApp, client: httpx.AsyncClient) -> None:
    request_body = {"query": "{ hello }", "extensions": HASH}
    assert (await client.post(server.url, json=request_body)).json() == HELLO
    assert (await client.get(f"{server.url}?{in_url(request_body)}")).json() == HELLO
    async with open_client(server, INIT) as socket:
        await socket.send({"type": "subscribe", "id": "1", "payload": request_body})
        assert [await socket.receive(), await socket.receive()] == [next_message("1", **HELLO), complete()]


@pytest.mark.parametrize("extensions", [None, {}, {"persistedQuery": None}, {"other": 1}])
async def test_no_hash_either(server: FakeApp, client: httpx.AsyncClient, extensions: Any) -> None:
    response = await client.post(server.url, json={"extensions": extensions})
    errors = [{"message": "query is missing", "extensions": {"code": "BAD_REQUEST"}}]
    assert (response.status_code, response.json()) == (400, {"errors": errors})


async def test_on_error(server: FakeApp, client: httpx.AsyncClient) -> None:
    request_body = {"query": BUG, "onError": "NULL"}
    answers = [
        (await client.post(server.url, json=request_body)).json(),
        (await client.get(f"{server.url}?{in_url(request_body)}")).json(),
        data_of((await client.post(server.url, json=request_body, headers={"accept": EVENT_STREAM})).text),
    ]
    async with open_client(server, INIT) as socket:
        await socket.send({"type": "subscribe", "id": "1", "payload": request_body})
        answers.append((await socket.receive())["payload"])
    for answer in answers:
        assert (answer["data"], answer["errors"][0]["path"]) == (BUG_NULLED, ["thing", "nonNullBug"])


async def test_on_error_of_a_subscription(server: FakeApp, client: httpx.AsyncClient) -> None:
    query = 'subscription { breaks(how: "not at all") { name nonNullBug } }'
    request_body = {"query": query, "onError": "NULL"}
    answer = data_of((await client.post(server.url, json=request_body, headers={"accept": EVENT_STREAM})).text[3:])
    assert answer["data"] == {"breaks": {"name": "first", "nonNullBug": None}}
    async with open_client(server, INIT) as socket:
        await socket.send({"type": "subscribe", "id": "1", "payload": request_body})
        assert (await socket.receive())["payload"]["data"] == answer["data"]


async def test_unknown_error_behaviour(server: FakeApp, client: httpx.AsyncClient) -> None:
    request_body, result = {"query": BUG, "onError": "ABORT"}, {"errors": BAD_BEHAVIOUR}
    for accept, status in (("application/json", 400), ("application/graphql-response+json", 422), (EVENT_STREAM, 400)):
        response = await client.post(server.url, json=request_body, headers={"accept": accept})
        assert (response.status_code, response.json()) == (status, result)
    response = await client.get(f"{server.url}?{in_url(request_body)}")
    assert (response.status_code, response.json()) == (400, result)
    async with open_client(server, INIT) as socket:
        await socket.send({"type": "subscribe", "id": "1", "payload": request_body})
        assert await socket.receive() == {"type": "error", "id": "1", "payload": BAD_BEHAVIOUR}
