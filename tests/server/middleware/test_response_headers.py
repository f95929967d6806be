"""Tests of security headers, and of CORS for pages from other origins."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.middleware.gateway import Gateway
from server.protocol.origins import REFUSAL
from tests.support.servers.proxied import ProxiedServer

pytestmark = pytest.mark.server

COMMON_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
}
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
BROWSER = {"accept": "text/html"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/graphql?query={viewer{id}}", 200),
        ("/files/none", 404),
        ("/health/ready", 200),
        ("/metrics", 200),
        ("/x", 404),
    ],
)
def test_headers_of_a_response_that_is_not_a_page(proxied_server: ProxiedServer, path: str, status: int) -> None:
    response = proxied_server.client.get(path)
    assert response.status_code == status
    values = {name: response.headers.get_list(name) for name in (*COMMON_HEADERS, "content-security-policy")}
    assert values == {
        name: [value] for name, value in {**COMMON_HEADERS, "content-security-policy": API_POLICY}.items()
    }


@pytest.mark.parametrize("path", ["/graphql", "/trackers/none", "/password"])
def test_page_keeps_its_own_policy(proxied_server: ProxiedServer, path: str) -> None:
    response = proxied_server.client.get(path, headers=BROWSER)
    assert response.status_code == 200
    assert {name: response.headers.get_list(name) for name in COMMON_HEADERS} == {
        name: [value] for name, value in COMMON_HEADERS.items()
    }
    (policy,) = response.headers.get_list("content-security-policy")
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert policy.endswith("frame-ancestors 'none'")


async def test_no_hsts_without_https() -> None:
    app = Starlette(middleware=[Middleware(Gateway, https=False)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.example") as client:
        response = await client.get("/none")
    request_id = response.headers["x-request-id"]
    assert dict(response.headers) == {
        **{name: value for name, value in COMMON_HEADERS.items() if name != "strict-transport-security"},
        "content-security-policy": API_POLICY,
        "content-length": "9",
        "content-type": "text/plain; charset=utf-8",
        "vary": "Origin",
        "x-request-id": request_id,
    }


def test_preflight_of_an_allowed_origin(proxied_server: ProxiedServer) -> None:
    headers = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,graphql-cost,x-request-id",
    }
    response = proxied_server.client.options("/graphql", headers=headers)
    assert response.status_code == 200
    assert {name: value for name, value in response.headers.items() if name.startswith("access-control")} == {
        "access-control-allow-origin": "https://app.example",
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": (
            "Accept, Accept-Language, Authorization, Content-Language, Content-Type, GraphQL-Cost, X-Request-Id"
        ),
        "access-control-max-age": "600",
    }
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(("method", "headers"), [("POST", "authorization,x-custom"), ("PUT", "authorization")])
def test_preflight_for_what_is_not_allowed(proxied_server: ProxiedServer, method: str, headers: str) -> None:
    origin = "https://app.example"
    requested = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    response = proxied_server.client.options("/graphql", headers={"Origin": origin, **requested})
    message = (
        "Pages of another origin may use the methods GET and POST, "
        "with the headers Authorization, Content-Type, GraphQL-Cost, X-Request-Id"
    )
    assert (response.status_code, response.json()) == (
        400,
        {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]},
    )
    assert response.headers["access-control-allow-origin"] == origin
    assert response.headers["content-type"] == "application/json; charset=utf-8"


def test_request_of_an_allowed_origin(proxied_server: ProxiedServer) -> None:
    response = proxied_server.client.get("/graphql?query={viewer{id}}", headers={"Origin": "https://app.example"})
    assert {name: value for name, value in response.headers.items() if name.startswith("access-control")} == {
        "access-control-allow-origin": "https://app.example",
        "access-control-expose-headers": "Retry-After, X-Request-Id",
    }
    assert "Origin" in response.headers["vary"]


def test_other_origins_are_not_allowed(proxied_server: ProxiedServer) -> None:
    origin = {"Origin": "https://evil.example"}
    preflight = proxied_server.client.options("/graphql", headers={**origin, "Access-Control-Request-Method": "POST"})
    assert (preflight.status_code, preflight.json()) == (
        403,
        {"errors": [{"message": REFUSAL, "extensions": {"code": "FORBIDDEN"}}]},
    )
    for response in (preflight, proxied_server.client.get("/graphql?query={viewer{id}}", headers=origin)):
        assert "access-control-allow-origin" not in response.headers
