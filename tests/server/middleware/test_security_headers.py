"""What every answer forbids a browser, and which pages of other origins may call."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.middleware.security_headers import SecurityHeadersMiddleware
from tests.server.conftest import Front

pytestmark = pytest.mark.server

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
}
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
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
def test_what_is_no_page_loads_nothing(front: Front, path: str, status: int) -> None:
    answer = front.client.get(path)
    assert answer.status_code == status
    found = {name: answer.headers.get_list(name) for name in (*ALWAYS, "content-security-policy")}
    assert found == {name: [value] for name, value in {**ALWAYS, "content-security-policy": NO_PAGE}.items()}


@pytest.mark.parametrize("path", ["/graphql", "/trackers/none", "/password"])
def test_a_page_keeps_its_own_policy(front: Front, path: str) -> None:
    answer = front.client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    assert {name: answer.headers.get_list(name) for name in ALWAYS} == {name: [value] for name, value in ALWAYS.items()}
    (policy,) = answer.headers.get_list("content-security-policy")
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert policy.endswith("frame-ancestors 'none'")


async def test_without_tls_nobody_is_bound_to_it() -> None:
    app = Starlette(middleware=[Middleware(SecurityHeadersMiddleware, https=False)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.example") as client:
        answer = await client.get("/none")
    assert dict(answer.headers) == {
        **{name: value for name, value in ALWAYS.items() if name != "strict-transport-security"},
        "content-security-policy": NO_PAGE,
        "content-length": "9",
        "content-type": "text/plain; charset=utf-8",
    }


def test_a_page_of_an_allowed_origin_asks_first(front: Front) -> None:
    asks = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,graphql-cost,x-request-id",
    }
    answer = front.client.options("/graphql", headers=asks)
    assert answer.status_code == 200
    assert {name: value for name, value in answer.headers.items() if name.startswith("access-control")} == {
        "access-control-allow-origin": "https://app.example",
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": (
            "Accept, Accept-Language, Authorization, Content-Language, Content-Type, GraphQL-Cost, X-Request-Id"
        ),
        "access-control-max-age": "600",
    }
    assert answer.headers["x-request-id"]


def test_it_then_reads_the_answer_with_these_headers(front: Front) -> None:
    answer = front.client.get("/graphql?query={viewer{id}}", headers={"Origin": "https://app.example"})
    assert {name: value for name, value in answer.headers.items() if name.startswith("access-control")} == {
        "access-control-allow-origin": "https://app.example",
        "access-control-expose-headers": "Retry-After, X-Request-Id",
    }
    assert "Origin" in answer.headers["vary"]


def test_a_page_of_another_origin_reads_nothing(front: Front) -> None:
    origin = {"Origin": "https://evil.example"}
    asked = front.client.options("/graphql", headers={**origin, "Access-Control-Request-Method": "POST"})
    assert (asked.status_code, asked.text) == (400, "Disallowed CORS origin")
    for answer in (asked, front.client.get("/graphql?query={viewer{id}}", headers=origin)):
        assert "access-control-allow-origin" not in answer.headers
