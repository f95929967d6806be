"""Tests with Schemathesis: no request generated from the schema fails, and every response conforms to the schema."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from graphql import build_schema

from tests.support.clients.graphql import gid
from tests.support.paths import ROOT, SDL
from tests.support.scenarios.tenant import Tenant
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import SCHEMA
from tests.support.servers.trackers import environment

SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
EXAMPLES = 3
"""The number of requests that are generated for each root field."""

# Failed sign-ins are counted for this client address, so that they do not throttle the other tests.
CLIENT_ADDRESS = "X-Forwarded-For: 198.51.100.7"

NODES = """
{ trackerTypes { id }
  trackers { nodes { id } }
  viewer { organisation { id processAutomations { id } } notifications { nodes { id } } } }
"""


async def run_schemathesis(
    directory: Path, schema: Path, url: str, token: str, ids: list[str], *more: str
) -> tuple[int, str]:
    """Run the two checks of Schemathesis that apply to a GraphQL API; return the exit code and the output."""
    command = [
        SCHEMATHESIS, "run", str(schema), "--url", url, "--header", f"Authorization: Bearer {token}", "--header", CLIENT_ADDRESS,
        "--checks", "not_a_server_error,response_schema_conformance", "--mode", "positive", "--phases", "fuzzing",
        "--max-examples", str(EXAMPLES), "--seed", "1", "--no-shrink", "--no-color", *more,
    ]  # fmt: skip
    env = environment(
        PYTHONPATH=str(ROOT), SCHEMATHESIS_HOOKS="tests.support.clients.schemathesis_hooks", IDS=json.dumps(ids)
    )
    process = await asyncio.to_thread(
        subprocess.run, command, cwd=directory, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    return process.returncode, process.stdout + process.stderr


async def node_ids(tenant: Tenant) -> list[str]:
    """Return the ids of all objects except Ada, who sends the requests and must keep her roles."""
    text = json.dumps(await tenant.server.ask(NODES, tenant.ada))
    assert "errors" not in text, text
    ids: list[str] = []
    json.loads(text, object_hook=lambda node: ids.append(node["id"]) if "id" in node else node)
    return sorted([*ids, gid(tenant.staff.bob), gid(tenant.staff.learner)])


async def test_no_request_fails(tenant: Tenant, tmp_path: Path) -> None:
    for number in range(3):
        await tenant.assign(f"tracker {number}")
    exit_code, output = await run_schemathesis(tmp_path, SDL, tenant.url, tenant.ada, await node_ids(tenant))
    assert exit_code == 0, output
    schema = build_schema(SDL.read_text("utf-8"))
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    fields = len(schema.query_type.fields) + len(schema.mutation_type.fields)
    assert f"✅ {fields} passed" in output


async def test_a_failing_field_is_reported(tmp_path: Path) -> None:
    schema = tmp_path / "schema.graphql"
    schema.write_text(str(SCHEMA), "utf-8")
    async with sample_api() as sample:
        exit_code, output = await run_schemathesis(
            tmp_path, schema, sample.url, "good", [""], "--include-name", "Query.bug"
        )
    assert exit_code == 1, output
    assert "GraphQL server error" in output
    assert "Internal server error" in output
