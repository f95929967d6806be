"""What an app could not answer is answered for it; what it broke off is cut off; who a client behind a proxy is."""

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

from server.middleware.access_log import AccessLogMiddleware
from server.middleware.request_id import RequestIdMiddleware
from server.observability.outage import Outage
from tests.server.conftest import Front
from tests.support.servers.trackers import SIGN_IN

pytestmark = pytest.mark.server

MASKED = "Internal server error: find it in the server's log by its request id."


def _bug(_request: Request) -> Response:
    raise LookupError("hunter2")


def _away(_request: Request) -> Response:
    raise CannotConnectNowError("hunter2")


def _half(_request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"half"
        raise LookupError("hunter2")

    return StreamingResponse(pieces())


def client() -> httpx.AsyncClient:
    routes = [Route("/bug", _bug), Route("/away/{id}", _away), Route("/half", _half)]
    app = Starlette(routes=routes, middleware=[Middleware(RequestIdMiddleware), Middleware(AccessLogMiddleware)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.example")


async def test_a_bug_is_answered_and_named(caplog: pytest.LogCaptureFixture) -> None:
    async with client() as asks:
        answer = await asks.get("/bug?token=hunter2")
    request_id = answer.headers["x-request-id"]
    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    assert (answer.status_code, answer.json()) == (500, {"errors": [{"message": MASKED, "extensions": extensions}]})
    bug, request = caplog.records
    assert bug.getMessage().startswith(f"request {request_id}: builtins.LookupError\n")
    assert (request.levelno, request.getMessage()) == (logging.WARNING, "request")
    told = {name: request.__dict__[name] for name in ("request_id", "method", "route", "status", "errors")}
    assert told == {
        "request_id": request_id,
        "method": "GET",
        "route": "/bug",
        "status": 500,
        "errors": ["INTERNAL_SERVER_ERROR"],
    }
    assert "hunter2" not in caplog.text


async def test_an_outage_is_no_bug(outage: Outage, caplog: pytest.LogCaptureFixture) -> None:
    async with client() as asks:
        answers = [await asks.get("/away/hunter2") for _ in range(3)]
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert [error["extensions"] for error in answer.json()["errors"]] == [
            {"code": "SERVICE_UNAVAILABLE", "retryAfter": 5}
        ]
    assert outage.is_active
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("trackers.database", "the database does not answer: CannotConnectNowError"),
        *[("trackers.requests", "request")] * 3,
    ]
    assert "hunter2" not in caplog.text


async def test_half_an_answer_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads it must not take it for whole: the exception has the server close the line."""
    caplog.set_level(logging.INFO, "trackers")
    async with client() as asks:
        with pytest.raises(LookupError):
            await asks.get("/half")
    assert [record.name for record in caplog.records] == ["trackers.errors", "trackers.requests"]
    assert caplog.records[1].__dict__["status"] == 200


def test_a_client_is_who_the_trusted_proxy_says(front: Front) -> None:
    """Failed sign-ins are counted by address: the wait that one client has earned is not another's."""

    def sign_in(number: int, address: str) -> list[dict[str, str]]:
        body = {"query": SIGN_IN, "variables": {"email": f"nobody-{number}@example.org", "password": "wrong"}}
        answer = front.client.post("/graphql", json=body, headers={"X-Forwarded-For": address}).json()
        found: list[dict[str, str]] = answer["data"]["signIn"]["errors"]
        return found

    codes = [sign_in(number, "203.0.113.7")[0]["code"] for number in range(6)]
    assert codes == ["INVALID_CREDENTIALS"] * 5 + ["RATE_LIMITED"]
    assert sign_in(6, "203.0.113.8")[0]["code"] == "INVALID_CREDENTIALS"
