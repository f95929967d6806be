"""Tests that every response and log line has a request id, which is new or comes from a trusted proxy."""

import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.middleware.gateway import Gateway
from server.protocol.request_ids import request_id_of
from server.setting_values import networks
from tests.support.servers.log_lines import wait_for_lines
from tests.support.servers.proxied import ProxiedServer

pytestmark = pytest.mark.server

NEW_ID_PATTERN = re.compile(r"[0-9a-f]{16}")
FORWARDED_ID = "edge-01:7f3a.b_c"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/graphql", 415),
        ("GET", "/graphql?query={viewer{id}}", 200),
        ("PUT", "/graphql", 405),
        ("GET", "/files/none", 404),
        ("POST", "/files", 401),
        ("GET", "/password", 200),
        ("GET", "/trackers/none", 200),
        ("GET", "/playground/assets/none.js", 404),
        ("GET", "/health/live", 200),
        ("GET", "/metrics", 200),
        ("GET", "/none", 404),
    ],
)
def test_every_response_has_an_id(proxied_server: ProxiedServer, method: str, path: str, status: int) -> None:
    responses = [proxied_server.client.request(method, path) for _ in range(2)]
    assert [response.status_code for response in responses] == [status, status]
    ids = [response.headers["x-request-id"] for response in responses]
    assert all(NEW_ID_PATTERN.fullmatch(request_id) for request_id in ids)
    assert ids[0] != ids[1]


def test_id_from_a_trusted_proxy_is_kept_and_logged(proxied_server: ProxiedServer) -> None:
    headers = {**proxied_server.sign_in(), "X-Request-Id": FORWARDED_ID, "X-Forwarded-For": "203.0.113.9"}
    response = proxied_server.client.post("/graphql", json={"query": "{ viewer { member { name } } }"}, headers=headers)
    assert response.json() == {"data": {"viewer": {"member": {"name": "Ada"}}}}
    assert response.headers["x-request-id"] == FORWARDED_ID
    (line,) = wait_for_lines(proxied_server.server.log, request_id=FORWARDED_ID)
    assert (line["event"], line["fields"]) == ("request", ["viewer"])


@pytest.mark.parametrize("value", ["", "short", "a" * 65, "with a space", "new\tline12", "quote\"'12345", "é-12345678"])
def test_invalid_id_is_replaced(proxied_server: ProxiedServer, value: str) -> None:
    response = proxied_server.client.get("/health/live", headers={b"X-Request-Id": value.encode()})
    assert NEW_ID_PATTERN.fullmatch(response.headers["x-request-id"])


@pytest.mark.parametrize(
    ("proxies", "peer", "is_kept"),
    [
        ("10.0.0.7", ("10.0.0.7", 1), True),
        ("10.0.0.7, 10.1.0.0/16", ("10.1.2.3", 1), True),
        ("10.0.0.7, ::1", ("::1", 1), True),
        ("10.0.0.7", ("10.0.0.8", 1), False),
        ("10.0.0.7", ("::1", 1), False),
        ("10.0.0.7", ("a socket's name", 1), False),
        ("10.0.0.7", None, False),
        (None, ("127.0.0.1", 1), False),
    ],
)
async def test_id_is_taken_only_from_a_trusted_proxy(
    proxies: str | None, peer: tuple[str, int] | None, is_kept: bool
) -> None:
    def page(request: Request) -> Response:
        return PlainTextResponse(request_id_of(request.scope))

    trusted_proxies = networks(proxies) if proxies else ()
    app = Starlette(routes=[Route("/", page)], middleware=[Middleware(Gateway, trusted_proxies=trusted_proxies)])
    transport = httpx.ASGITransport(app, client=peer)  # type: ignore[arg-type]  # a Unix socket's peer is None
    async with httpx.AsyncClient(transport=transport, base_url="http://server.example") as client:
        response = await client.get("/", headers={"X-Request-Id": FORWARDED_ID})
    assert response.text == response.headers["x-request-id"]
    assert (response.text == FORWARDED_ID) is is_kept
