"""Limits as clients meet them: what an operation cost, 429 with the wait over HTTP, the same error on a socket."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from server.app import Application
from server.limits import Limits
from server.settings import Settings
from tests.support.clients.websocket import GOOD, ask, client, complete, heard
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = pytest.mark.server

HELLO = "{ hello }"
READ = {"hello": "Hello you"}


async def post(
    served: FakeApp, query: str, *, token: str | None = "Bearer good", **headers: str
) -> tuple[int, str | None, Any]:
    """Status, Retry-After and the whole answer."""
    given = headers if token is None else {**headers, "authorization": token}
    async with httpx.AsyncClient(timeout=10, trust_env=False) as one:
        response = await one.post(served.url, json={"query": query}, headers=given)
    return response.status_code, response.headers.get("retry-after"), response.json()


async def test_what_an_operation_cost_is_told_to_who_asks() -> None:
    async with sample_api(limits=Limits(max_cost=1_000, cost_bucket=1_000, cost_refill=1)) as served:
        cost = {"requested": 1, "left": 990, "bucket": 1_000, "refill": 1}
        assert await post(served, HELLO, **{"GraphQL-Cost": "1"}) == (
            200, None, {"data": READ, "extensions": {"cost": cost}},
        )  # fmt: skip
        for headers in ({}, {"GraphQL-Cost": "0"}):
            assert await post(served, HELLO, **headers) == (200, None, {"data": READ})


async def test_an_empty_bucket_of_a_member() -> None:
    async with sample_api(limits=Limits(max_cost=40, cost_bucket=40, cost_refill=1)) as served:
        assert (await post(served, HELLO))[0] == 200
        status, wait, answer = await post(served, HELLO.ljust(39))
        ((error,),) = answer.values()
        figures = {name: error["extensions"].pop(name) for name in ("retryAfter", "left")}
        assert (status, wait) == (429, str(figures["retryAfter"]))
        assert error == {
            "message": "Rate limit exceeded: wait, or request less",
            "extensions": {"code": "RATE_LIMITED", "requested": 39},
        }
        assert 1 <= figures["retryAfter"] <= 10
        assert figures["left"] >= 30

        async with client(served, GOOD) as one:
            await one.send(ask(HELLO.ljust(39)), ask(HELLO, "2"))
            message = await one.hear()
            assert (message["type"], message["id"]) == ("error", "1")
            assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
            assert message["payload"][0]["extensions"]["retryAfter"] >= 1
            assert [await one.hear(), await one.hear()] == [heard("2", data=READ), complete("2")]

        # Whoever is not signed in has a bucket of their address.
        assert (await post(served, HELLO.ljust(39), token=None)) == (200, None, {"data": READ})
        assert (await post(served, HELLO.ljust(39), token="Bearer bad"))[0] == 429


async def test_the_cost_of_one_operation() -> None:
    async with sample_api(limits=Limits(max_cost=2)) as served:
        assert (await post(served, "{ hello number }"))[0] == 200
        extensions = {"code": "LIMIT_EXCEEDED", "limit": "cost", "asked": 3, "allowed": 2}
        message = "The operation's cost: 3, where at most 2 are allowed"
        refusal = {"errors": [{"message": message, "extensions": extensions}]}
        assert await post(served, "{ hello number who }") == (200, None, refusal)
        new = {"accept": "application/graphql-response+json"}
        assert await post(served, "{ hello number who }", **new) == (400, None, refusal)


async def test_operations_of_a_member_at_a_time() -> None:
    async with (
        sample_api(limits=Limits(max_operations=2)) as served,
        client(served, GOOD) as one,
        client(served, GOOD) as two,
    ):
        for tab in (one, two):
            await tab.send(ask("subscription { wait }"))
            assert await tab.hear() == heard("1", data={"wait": 0})
        error = {
            "message": "At most 2 operations at a time",
            "extensions": {"code": "TOO_MANY_OPERATIONS", "retryAfter": 1, "allowed": 2},
        }
        assert await post(served, HELLO) == (429, "1", {"errors": [error]})
        await one.send(ask(HELLO, "2"))
        assert await one.hear() == {"type": "error", "id": "2", "payload": [error]}
        assert await post(served, HELLO, token=None) == (200, None, {"data": READ})

        await two.send(complete("1"))
        await served.wait_for_cleanup("wait")
        assert await post(served, HELLO) == (200, None, {"data": READ})


async def test_the_settings_reach_the_doors(tmp_path: Path) -> None:
    given = {"TRACKERS_MAX_DEPTH": "1", "TRACKERS_MAX_BODY_BYTES": "60"}
    settings = Settings.from_environment(given, folder=tmp_path)
    application = Application(settings, "postgres://nobody@192.0.2.1/nothing").asgi
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://here") as one:
        deep = await one.post("/graphql", json={"query": "{ viewer { id } }"})
        long = await one.post("/graphql", json={"query": "{ viewer { __typename } }".ljust(60)})
    extensions = {"code": "LIMIT_EXCEEDED", "limit": "depth", "asked": 2, "allowed": 1}
    message = "The operation's levels of fields: 2, where at most 1 are allowed"
    assert deep.json() == {"errors": [{"message": message, "extensions": extensions}]}
    assert (long.status_code, long.json()["errors"][0]["message"]) == (413, "The body is longer than 60 bytes")


async def test_a_refused_request_writes_nothing() -> None:
    async with (
        sample_api(limits=Limits(max_cost=60, cost_bucket=60, cost_refill=1)) as served,
        client(served, GOOD) as one,
    ):
        deed = 'mutation { write(text: "x") }'
        assert (await post(served, deed))[0] == 429
        assert served.written == []
        await one.send(ask(deed))
        assert (await one.hear())["type"] == "error"
        assert served.written == []
        assert (await post(served, HELLO))[0] == 200
