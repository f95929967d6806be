"""Tests that ``/graphql`` without the router gets the responses and log lines that it gets with the router."""

import itertools
import json
import logging
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from server.execution.executor import GraphQLExecutor
from server.execution.instrumented_executor import InstrumentedExecutor
from server.http.endpoint import GraphQLEndpoint
from server.middleware.cors import PreflightMiddleware
from server.middleware.gateway import Gateway
from server.protocol.origins import OriginPolicy
from tests.support.servers.sample_schema import SCHEMA, Context, FakeApp

ORIGIN = "https://app.example"
QUERIES = [
    b'{"query": "{ hello }"}',
    b'{"query": "{ none }"}',
    b'{"query": "{ hello"}',
    json.dumps({"query": "{ " + " ".join(f"a{number}: hello" for number in range(100)) + " }"}).encode(),
    b"[]",
    b"{",
    None,
]
HEADERS: list[dict[str, str]] = [
    {},
    {"accept": "application/graphql-response+json"},
    {"accept": "text/event-stream"},
    {"accept": "image/png"},
    {"accept-encoding": "gzip", "graphql-cost": "1"},
    {"origin": ORIGIN, "accept-encoding": "identity"},
    {"origin": "https://evil.example", "authorization": "Bearer good"},
    {"content-type": "text/plain"},
    {"origin": ORIGIN, "access-control-request-method": "POST"},
]
METHODS = ["POST", "GET", "HEAD", "PUT", "OPTIONS"]
PATHS = ["/graphql", "/graphql?query={hello}", "/graphql/"]


def make_app(*, direct: bool) -> Starlette:
    """Return an application with the sample API; ``direct`` tells the gateway the route of ``/graphql``."""
    fake = FakeApp()

    async def make_context(authorization: str | None, _address: str, _user_agent: str) -> Context:
        return Context(fake, "ada" if authorization == "Bearer good" else None, None)

    executor = InstrumentedExecutor(GraphQLExecutor(SCHEMA))
    route = Route("/graphql", GraphQLEndpoint(executor, make_context, fake.connections))
    policy = OriginPolicy([ORIGIN])
    gateway = Middleware(Gateway, graphql=route if direct else None, policy=policy, https=True)
    return Starlette(routes=[route], middleware=[gateway, Middleware(PreflightMiddleware, policy=policy)])


async def responses(app: Starlette, caplog: pytest.LogCaptureFixture) -> list[Any]:
    """Send every combination; return the statuses, headers, bodies and log lines, without what differs by chance."""
    caplog.clear()
    answers: list[Any] = []
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://server.example") as client:
        client.headers.clear()
        for method, path, headers, body in itertools.product(METHODS, PATHS, HEADERS, QUERIES):
            sent = {"content-type": "application/json", **headers}
            response = await client.request(method, path, headers=sent, content=body)
            request_id = response.headers.pop("x-request-id")
            assert len(request_id) == 16
            answers.append((response.status_code, sorted(response.headers.multi_items()), response.content))
    chance = {"request_id", "milliseconds", "created", "msecs", "relativeCreated", "taskName"}
    lines = [
        {name: value for name, value in record.__dict__.items() if name not in chance} for record in caplog.records
    ]
    return [*answers, *lines]


async def test_responses_do_not_depend_on_the_router(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "trackers")
    routed = await responses(make_app(direct=False), caplog)
    count = len(METHODS) * len(PATHS) * len(HEADERS) * len(QUERIES)
    assert len(routed) == 2 * count
    assert {line["route"] for line in routed[count:]} == {"/graphql", "other"}
    assert await responses(make_app(direct=True), caplog) == routed


async def test_all_headers_of_a_response(caplog: pytest.LogCaptureFixture) -> None:
    transport = httpx.ASGITransport(make_app(direct=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://server.example") as client:
        headers = {"origin": ORIGIN, "authorization": "Bearer good"}
        response = await client.post("/graphql", json={"query": "{ hello }"}, headers=headers)
    assert response.headers.multi_items() == [
        ("cache-control", "no-store"),
        ("content-type", "application/json; charset=utf-8"),
        ("content-length", "30"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000"),
        ("access-control-expose-headers", "Retry-After, X-Request-Id"),
        ("access-control-allow-origin", ORIGIN),
        ("vary", "Origin"),
        ("x-request-id", response.headers["x-request-id"]),
    ]
