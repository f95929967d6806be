"""Tests of which requests get the playground's page, and of its Content-Security-Policy."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.endpoints.playground import playground_assets, playground_response, prefers_html
from tests.support.databases.postgres import fresh_database
from tests.support.servers.trackers import environment, run_server

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'{sockets}; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
LOCAL_POLICY = POLICY.format(sockets=" ws://127.0.0.1:8000 wss://127.0.0.1:8000")
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def app(dist: Path) -> Starlette:
    def page(request: Request) -> Response:
        return playground_response(request, dist)

    return Starlette(routes=[Route("/graphql", page), playground_assets(dist)])


def open_client(dist: Path) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app(dist)), base_url="http://127.0.0.1:8000")


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client for a playground that consists of a page and a script."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<p>the page", "utf-8")
    (tmp_path / "assets" / "main-ABC.js").write_text("let it = 1", "utf-8")
    async with open_client(tmp_path) as page_client:
        yield page_client


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_page(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql")
    assert (response.status_code, dict(response.headers)) == (
        200,
        {
            "content-security-policy": LOCAL_POLICY,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cache-control": "no-cache",
            "vary": "Accept",
            "content-length": "11",
            "content-type": "text/html; charset=utf-8",
        },
    )


async def test_page_text(client: httpx.AsyncClient) -> None:
    assert (await client.get("/graphql")).text == "<p>the page"


@pytest.mark.parametrize(
    ("host", "sockets"),
    [
        ("trackers.example", " ws://trackers.example wss://trackers.example"),
        ("[::1]:8000", " ws://[::1]:8000 wss://[::1]:8000"),
        ("a; script-src *", ""),
        ("a b", ""),
        ("a,b", ""),
        ("", ""),
    ],
)
async def test_policy_names_the_websocket_of_a_valid_host(client: httpx.AsyncClient, host: str, sockets: str) -> None:
    response = await client.get("/graphql", headers={"Host": host})
    assert response.headers["content-security-policy"] == POLICY.format(sockets=sockets)


async def test_asset_is_immutable(client: httpx.AsyncClient) -> None:
    response = await client.get("/playground/assets/main-ABC.js")
    assert (response.status_code, response.text) == (200, "let it = 1")
    names = ("content-type", "cache-control", "content-security-policy", "x-content-type-options", "referrer-policy")
    assert [response.headers[name] for name in names] == [
        "text/javascript; charset=utf-8",
        "public, max-age=31536000, immutable",
        LOCAL_POLICY,
        "nosniff",
        "no-referrer",
    ]
    revalidation = await client.get(
        "/playground/assets/main-ABC.js", headers={"If-None-Match": response.headers["etag"]}
    )
    assert (revalidation.status_code, revalidation.headers["cache-control"]) == (
        304,
        "public, max-age=31536000, immutable",
    )


@pytest.mark.parametrize("path", ["", "other.js", "..%2Findex.html", "%2e%2e/index.html", "a%00b"])
async def test_other_files_are_not_served(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(f"/playground/assets/{path}")
    assert (response.status_code, response.text, response.headers.get("cache-control")) == (404, "Not Found", None)


async def test_page_that_is_not_built(tmp_path: Path) -> None:
    async with open_client(tmp_path / "dist") as client:
        response = await client.get("/graphql")
        asset = await client.get("/playground/assets/main.js")
    assert (response.status_code, response.headers["cache-control"]) == (503, "no-store")
    assert response.headers["content-security-policy"] == LOCAL_POLICY
    assert re.findall("<code>(.*?)</code>|(npm .*?)(?:<|\n)", response.text) == [
        ("/graphql", ""),
        ("make run", ""),
        ("", "npm ci --prefix server/playground"),
        ("", "npm run build --prefix server/playground"),
    ]
    assert asset.status_code == 404


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (FIREFOX, True),
        (
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8,application/signed-exchange",
            True,
        ),
        ("text/html", True),
        ("TEXT/HTML;Q=0.9, application/json;q=0.8", True),
        ("text/*", True),
        ("text/html;q=0.2, */*;q=0.1", True),
        ("text/html ; q=1.000 , application/json ; q=0.999", True),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/graphql-response+json, application/json;q=0.9", False),
        ("text/html, application/json", False),
        ("text/html;q=0.5, application/graphql-response+json", False),
        ("text/html;q=0.5, application/*", False),
        ("text/html;q=0, */*", False),
        ("text/html;q=2", False),
        ("text/html;q=nan", False),
        ("text/html;q=", False),
        ("text/event-stream", False),
        (",;,=;q", False),
    ],
)
async def test_prefers_html(accept: str, expected: bool) -> None:
    assert prefers_html(make_request(accept)) is expected


def make_request(*accept: str, method: str = "GET", query: str = "") -> Request:
    headers = [(b"accept", value.encode()) for value in accept]
    return Request({"type": "http", "method": method, "headers": headers, "query_string": query.encode()})


async def test_prefers_html_only_for_navigation() -> None:
    assert prefers_html(make_request(FIREFOX, method="HEAD"))
    assert prefers_html(make_request(FIREFOX, query="tab=1"))
    assert prefers_html(make_request("application/json;q=0.1", "text/html"))
    assert not prefers_html(make_request("application/json", "text/html"))
    assert not prefers_html(make_request())
    assert not prefers_html(make_request(FIREFOX, method="POST"))
    assert not prefers_html(make_request(FIREFOX, query="query=%7Bviewer%7Bid%7D%7D"))
    assert not prefers_html(make_request(FIREFOX, query="query="))


@pytest.mark.server
async def test_playground_that_is_switched_off(postgres: str, template: str, tmp_path: Path) -> None:
    async with (
        fresh_database(postgres, template) as url,
        run_server(tmp_path, environment(url, TRACKERS_PLAYGROUND="0")) as server,
        httpx.AsyncClient(base_url=server.address, headers={"accept": FIREFOX}, trust_env=False) as client,
    ):
        pages = [await client.get(path) for path in ("/graphql", "/trackers/abc", "/playground/assets/main.js")]
        query = await client.get("/graphql", params={"query": "{ __typename }"})
    assert ["text/html" in page.headers["content-type"] for page in pages] == [False, False, False]
    assert [page.status_code for page in pages] == [400, 404, 404]
    assert query.json() == {"data": {"__typename": "Query"}}
    assert (
        "TRACKERS_PLAYGROUND is 0 and TRACKERS_EDIT_URL is not set: the links in mail lead to no page"
        in server.log.read_text("utf-8")
    )
