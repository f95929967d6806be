"""Tests of limits over HTTP and WebSocket: costs in responses, errors, sizes, and status 429 with Retry-After."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from server.app import Application
from server.execution.cost.request_prices import REQUEST_PRICE, document_price
from server.limits import Limits
from server.settings import Settings
from tests.support.clients.websocket import INIT_AS_ADA, complete, next_message, open_client, subscribe
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = pytest.mark.server

HELLO = "{ hello }"
DATA = {"hello": "Hello you"}
SIGN_IN_FIRST = {"errors": [{"message": "Sign in first.", "extensions": {"code": "UNAUTHENTICATED"}}]}


async def post(
    server: FakeApp, query: str, *, token: str | None = "Bearer good", **headers: str
) -> tuple[int, str | None, Any]:
    """Send a query, and return the status, the Retry-After header and the result."""
    request_headers = headers if token is None else {**headers, "authorization": token}
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        response = await client.post(server.url, json={"query": query}, headers=request_headers)
    return response.status_code, response.headers.get("retry-after"), response.json()


async def test_cost_in_the_response() -> None:
    async with sample_api(limits=Limits(max_cost=1_000, cost_bucket=10_000, cost_refill=1)) as server:
        spent = REQUEST_PRICE + 2 + document_price(len(HELLO)) + 1  # the 2 for the body's braces
        cost = {"requested": 1, "left": 10_000 - spent, "bucket": 10_000, "refill": 1}
        assert await post(server, HELLO, **{"GraphQL-Cost": "1"}) == (
            200, None, {"data": DATA, "extensions": {"cost": cost}},
        )  # fmt: skip
        for headers in ({}, {"GraphQL-Cost": "0"}):
            assert await post(server, HELLO, **headers) == (200, None, {"data": DATA})


async def test_member_exceeds_the_rate() -> None:
    cost = document_price(len(HELLO) + 1) + 2 * REQUEST_PRICE + 1
    limits = Limits(max_cost=100, cost_bucket=cost, cost_refill=1, signed_out_bucket=cost, signed_out_refill=1)
    async with sample_api(limits=limits) as server:
        assert (await post(server, HELLO))[0] == 200
        status, wait, answer = await post(server, HELLO + " ")
        ((error,),) = answer.values()
        figures = {name: error["extensions"].pop(name) for name in ("retryAfter", "left")}
        assert (status, wait) == (429, str(figures["retryAfter"]))
        assert error == {
            "message": "Rate limit exceeded: wait, or request less",
            "extensions": {"code": "RATE_LIMITED", "requested": document_price(len(HELLO) + 1)},
        }
        assert figures["retryAfter"] >= 500
        assert figures["left"] < 200

        # Clients that are not signed in share the bucket of their network, which members do not touch.
        assert (await post(server, HELLO + " ", token=None)) == (200, None, {"data": DATA})
        assert (await post(server, HELLO, token="Bearer bad"))[0] == 429


async def test_a_client_whose_bucket_is_empty_is_refused_before_its_body_is_read() -> None:
    limits = Limits(cost_bucket=REQUEST_PRICE, cost_refill=1, max_cost=1)
    async with sample_api(limits=limits) as server, httpx.AsyncClient(timeout=10, trust_env=False) as client:
        for body in (b"{", b"x" * 2_000_000):
            response = await client.post(
                server.url, content=body, headers={"authorization": "Bearer good", "content-type": "application/json"}
            )
        assert response.status_code == 429


async def test_operation_is_too_expensive() -> None:
    async with sample_api(limits=Limits(max_cost=2)) as server:
        assert (await post(server, "{ hello number }"))[0] == 200
        extensions = {"code": "LIMIT_EXCEEDED", "limit": "cost", "asked": 3, "allowed": 2}
        message = "The operation's cost: 3, where at most 2 are allowed"
        refusal = {"errors": [{"message": message, "extensions": extensions}]}
        assert await post(server, "{ hello number who }") == (200, None, refusal)
        accept_header = {"accept": "application/graphql-response+json"}
        assert await post(server, "{ hello number who }", **accept_header) == (422, None, refusal)


async def test_concurrent_operations_of_a_member() -> None:
    async with (
        sample_api(limits=Limits(max_operations=2)) as server,
        open_client(server, INIT_AS_ADA) as client,
        open_client(server, INIT_AS_ADA) as second_client,
    ):
        for tab in (client, second_client):
            await tab.send(subscribe("subscription { wait }"))
            assert await tab.receive() == next_message("1", data={"wait": 0})
        error = {
            "message": "At most 2 operations at a time",
            "extensions": {"code": "TOO_MANY_OPERATIONS", "retryAfter": 1, "allowed": 2},
        }
        assert await post(server, HELLO) == (429, "1", {"errors": [error]})
        await client.send(subscribe(HELLO, "2"))
        assert await client.receive() == {"type": "error", "id": "2", "payload": [error]}
        assert await post(server, HELLO, token=None) == (200, None, {"data": DATA})

        await second_client.send(complete("1"))
        await server.wait_for_cleanup("wait")
        assert await post(server, HELLO) == (200, None, {"data": DATA})


async def test_configured_limits_apply_to_the_endpoints(tmp_path: Path) -> None:
    variables = {"TRACKERS_SIGNED_OUT_BYTES": "60", "TRACKERS_SIGNED_OUT_DOCUMENT_BYTES": "20"}
    settings = Settings.from_environment(variables | {"TRACKERS_STATE_DIR": str(tmp_path)})
    application = Application(settings, "postgres://nobody@192.0.2.1/nothing").asgi
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://here") as client:
        longest = await client.post("/graphql", json={"query": "{ __typename }".ljust(20)})
        too_long = await client.post("/graphql", json={"query": "{ __typename }".ljust(21)})
        too_large = await client.post("/graphql", json={"query": "{ __typename }", "extensions": {"x": "x" * 30}})
    assert longest.json() == {"data": {"__typename": "Query"}}
    assert too_long.json() == too_large.json() == SIGN_IN_FIRST


async def test_rejected_request_writes_nothing() -> None:
    async with (
        sample_api(limits=Limits(max_cost=700, cost_bucket=700, cost_refill=1)) as server,
        open_client(server, INIT_AS_ADA) as client,
    ):
        mutation = 'mutation { write(text: "x") }'
        assert (await post(server, mutation))[0] == 429
        assert server.written == []
        await client.send(subscribe(mutation))
        assert (await client.receive())["type"] == "error"
        assert server.written == []


JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


def body_of(size: int, query: str = HELLO) -> bytes:
    """Return the body of a request with this many bytes."""
    body = b'{"query":"%s","extensions":{"x":"' % query.encode()
    return body + b"x" * (size - len(body) - 3) + b'"}}'


async def send(server: FakeApp, size: int, token: str | None, accept: str = GRAPHQL) -> tuple[int, Any]:
    headers = {"content-type": JSON, "accept": accept} | ({"authorization": token} if token else {})
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        response = await client.post(server.url, content=body_of(size), headers=headers)
    return response.status_code, response.json()


async def test_what_is_too_large_without_a_session_asks_to_sign_in() -> None:
    async with sample_api() as server:
        for token in (None, "Bearer bad"):
            assert await send(server, 16_384, token) == (200, {"data": DATA})
            assert await send(server, 16_385, token) == (401, SIGN_IN_FIRST)
            assert await send(server, 16_385, token, JSON) == (200, SIGN_IN_FIRST)
            assert await send(server, 1_048_577, token) == (401, SIGN_IN_FIRST)
        assert await send(server, 1_048_576, "Bearer good") == (200, {"data": DATA})
        status, answer = await send(server, 1_048_577, "Bearer good")
        assert (status, answer["errors"][0]["extensions"]) == (413, {"code": "CONTENT_TOO_LARGE"})


async def test_a_query_string_is_as_large_as_a_body() -> None:
    async with sample_api() as server, httpx.AsyncClient(timeout=10, trust_env=False) as client:
        query = "query=%7Bhello%7D&extensions="
        for token, size, status in (
            (None, 16_384, 200), (None, 16_385, 401), ("Bearer bad", 20_000, 401), ("Bearer good", 20_000, 200),
        ):  # fmt: skip
            extensions = "%7B%22x%22:%22" + "x" * (size - len(query) - 20) + "%22%7D"
            headers = {"accept": GRAPHQL} | ({"authorization": token} if token else {})
            response = await client.get(f"{server.url}?{query}{extensions}", headers=headers)
            assert response.status_code == status


async def test_lists_are_counted_before_they_are_decoded() -> None:
    async with sample_api(limits=Limits(max_input_values=1_000, max_tokens=1_000)) as server:
        headers = {"content-type": JSON, "authorization": "Bearer good"}
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            body = b'{"query":"{hello}","variables":{"x":[' + b",".join([b"[]"] * 300_000) + b"]}}"
            response = await client.post(server.url, content=body, headers=headers)
        extensions = {"code": "LIMIT_EXCEEDED", "limit": "inputValues", "asked": 300_004, "allowed": 2_000}
        message = "The lists and objects in the request: 300,004, where at most 2,000 are allowed"
        assert response.json() == {"errors": [{"message": message, "extensions": extensions}]}
