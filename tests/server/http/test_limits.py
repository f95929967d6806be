"""Tests of limits over HTTP and WebSocket: costs in responses, errors, and status 429 with Retry-After."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from server.app import Application
from server.limits import Limits
from server.settings import Settings
from tests.support.clients.websocket import INIT_AS_ADA, complete, next_message, open_client, subscribe
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = pytest.mark.server

HELLO = "{ hello }"
DATA = {"hello": "Hello you"}


async def post(
    server: FakeApp, query: str, *, token: str | None = "Bearer good", **headers: str
) -> tuple[int, str | None, Any]:
    """Send a query, and return the status, the Retry-After header and the result."""
    request_headers = headers if token is None else {**headers, "authorization": token}
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        response = await client.post(server.url, json={"query": query}, headers=request_headers)
    return response.status_code, response.headers.get("retry-after"), response.json()


async def test_cost_in_the_response() -> None:
    async with sample_api(limits=Limits(max_cost=1_000, cost_bucket=1_000, cost_refill=1)) as server:
        cost = {"requested": 1, "left": 990, "bucket": 1_000, "refill": 1}
        assert await post(server, HELLO, **{"GraphQL-Cost": "1"}) == (
            200, None, {"data": DATA, "extensions": {"cost": cost}},
        )  # fmt: skip
        for headers in ({}, {"GraphQL-Cost": "0"}):
            assert await post(server, HELLO, **headers) == (200, None, {"data": DATA})


async def test_member_exceeds_the_rate() -> None:
    async with sample_api(limits=Limits(max_cost=40, cost_bucket=40, cost_refill=1)) as server:
        assert (await post(server, HELLO))[0] == 200
        status, wait, answer = await post(server, HELLO.ljust(39))
        ((error,),) = answer.values()
        figures = {name: error["extensions"].pop(name) for name in ("retryAfter", "left")}
        assert (status, wait) == (429, str(figures["retryAfter"]))
        assert error == {
            "message": "Rate limit exceeded: wait, or request less",
            "extensions": {"code": "RATE_LIMITED", "requested": 39},
        }
        assert 1 <= figures["retryAfter"] <= 10
        assert figures["left"] >= 30

        async with open_client(server, INIT_AS_ADA) as client:
            await client.send(subscribe(HELLO.ljust(39)), subscribe(HELLO, "2"))
            message = await client.receive()
            assert (message["type"], message["id"]) == ("error", "1")
            assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
            assert message["payload"][0]["extensions"]["retryAfter"] >= 1
            assert [await client.receive(), await client.receive()] == [next_message("2", data=DATA), complete("2")]

        # Clients that are not signed in share the bucket of their address.
        assert (await post(server, HELLO.ljust(39), token=None)) == (200, None, {"data": DATA})
        assert (await post(server, HELLO.ljust(39), token="Bearer bad"))[0] == 429


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
    request_headers = {"TRACKERS_MAX_DEPTH": "1", "TRACKERS_MAX_BODY_BYTES": "60"}
    settings = Settings.from_environment(request_headers | {"TRACKERS_STATE_DIR": str(tmp_path)})
    application = Application(settings, "postgres://nobody@192.0.2.1/nothing").asgi
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://here") as client:
        too_deep = await client.post("/graphql", json={"query": "{ viewer { id } }"})
        too_long = await client.post("/graphql", json={"query": "{ viewer { __typename } }".ljust(60)})
    extensions = {"code": "LIMIT_EXCEEDED", "limit": "depth", "asked": 2, "allowed": 1}
    message = "The operation's levels of fields: 2, where at most 1 are allowed"
    assert too_deep.json() == {"errors": [{"message": message, "extensions": extensions}]}
    assert (too_long.status_code, too_long.json()["errors"][0]["message"]) == (413, "The body is longer than 60 bytes")


async def test_rejected_request_writes_nothing() -> None:
    async with (
        sample_api(limits=Limits(max_cost=60, cost_bucket=60, cost_refill=1)) as server,
        open_client(server, INIT_AS_ADA) as client,
    ):
        mutation = 'mutation { write(text: "x") }'
        assert (await post(server, mutation))[0] == 429
        assert server.written == []
        await client.send(subscribe(mutation))
        assert (await client.receive())["type"] == "error"
        assert server.written == []
        assert (await post(server, HELLO))[0] == 200
