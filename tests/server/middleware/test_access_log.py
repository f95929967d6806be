"""Tests of error responses and their log lines, and of the address of a client behind a proxy."""

import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from asyncpg import CannotConnectNowError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.middleware.gateway import Gateway
from server.observability.outage import Outage
from tests.support.servers.proxied import ProxiedServer
from tests.support.servers.trackers import SIGN_IN

pytestmark = pytest.mark.server

MESSAGE = "Internal server error: find it in the server's log by its request id."


def _bug(_request: Request) -> Response:
    raise LookupError("hunter2")


def _outage(_request: Request) -> Response:
    raise CannotConnectNowError("hunter2")


def _partial(_request: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"part"
        raise LookupError("hunter2")

    return StreamingResponse(chunks())


def open_client() -> httpx.AsyncClient:
    routes = [Route("/bug", _bug), Route("/outage/{id}", _outage), Route("/partial", _partial)]
    app = Starlette(routes=routes, middleware=[Middleware(Gateway)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.example")


async def test_internal_error(caplog: pytest.LogCaptureFixture) -> None:
    async with open_client() as client:
        response = await client.get("/bug?token=hunter2")
    request_id = response.headers["x-request-id"]
    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    assert (response.status_code, response.json()) == (
        500,
        {"errors": [{"message": MESSAGE, "extensions": extensions}]},
    )
    bug, request = caplog.records
    assert bug.getMessage().startswith(f"request {request_id}: builtins.LookupError\n")
    assert (request.levelno, request.getMessage()) == (logging.WARNING, "request")
    fields = {name: request.__dict__[name] for name in ("request_id", "method", "route", "status", "errors")}
    assert fields == {
        "request_id": request_id,
        "method": "GET",
        "route": "/bug",
        "status": 500,
        "errors": ["INTERNAL_SERVER_ERROR"],
    }
    assert "hunter2" not in caplog.text


async def test_outage(outage: Outage, caplog: pytest.LogCaptureFixture) -> None:
    async with open_client() as client:
        responses = [await client.get("/outage/hunter2") for _ in range(3)]
    for response in responses:
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert [error["extensions"] for error in response.json()["errors"]] == [
            {"code": "SERVICE_UNAVAILABLE", "retryAfter": 5}
        ]
    assert outage.is_active
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("trackers.database", "the database does not answer: CannotConnectNowError"),
        *[("trackers.requests", "request")] * 3,
    ]
    assert "hunter2" not in caplog.text


async def test_partial_response_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    """The exception makes the server drop the connection, so the client does not treat the response as complete."""
    caplog.set_level(logging.INFO, "trackers")
    async with open_client() as client:
        with pytest.raises(LookupError):
            await client.get("/partial")
    assert [record.name for record in caplog.records] == ["trackers.errors", "trackers.requests"]
    assert caplog.records[1].__dict__["status"] == 200


def test_client_address_comes_from_the_trusted_proxy(proxied_server: ProxiedServer) -> None:
    """Failed sign-ins to an account are counted by network, so one client's rate limit does not affect another."""

    def sign_in(address: str) -> str:
        body = {"query": SIGN_IN, "variables": {"email": "nobody@example.org", "password": "wrong"}}
        response = proxied_server.client.post("/graphql", json=body, headers={"X-Forwarded-For": address}).json()
        (error,) = response["data"]["signIn"]["errors"]
        code: str = error["code"]
        return code

    codes = [sign_in("203.0.113.7") for _ in range(6)]
    while codes[-1] != "RATE_LIMITED" and len(codes) < 12:  # waits grow until one is longer than an attempt
        codes.append(sign_in("203.0.113.7"))
    assert (set(codes[:-1]), codes[-1]) == ({"INVALID_CREDENTIALS"}, "RATE_LIMITED")
    assert [sign_in("203.0.113.8") for _ in range(5)] == ["INVALID_CREDENTIALS"] * 5
