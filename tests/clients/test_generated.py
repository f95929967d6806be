"""Schemathesis: requests made up from the schema, mutations too; none fails, none is answered against the schema."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import build_schema

from tests.support.clients.graphql import gid
from tests.support.paths import ROOT, SDL
from tests.support.scenarios.tenant import House
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import SCHEMA
from tests.support.servers.trackers import environment

pytestmark = pytest.mark.clients

SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
EXAMPLES = 3
"""Requests for each root field."""

# Failed attempts to sign in count against this address, not against that of the other tests.
ELSEWHERE = "X-Forwarded-For: 198.51.100.7"

PLACES = """
{ trackerTypes { id }
  trackers { nodes { id } }
  viewer { organisation { id processAutomations { id } } notifications { nodes { id } } } }
"""


async def schemathesis(folder: Path, schema: Path, url: str, token: str, ids: list[str], *more: str) -> tuple[int, str]:
    """What a run exits with, and says; of the two checks that a GraphQL API can fail."""
    command = [
        SCHEMATHESIS, "run", str(schema), "--url", url, "--header", f"Authorization: Bearer {token}", "--header", ELSEWHERE,
        "--checks", "not_a_server_error,response_schema_conformance", "--mode", "positive", "--phases", "fuzzing",
        "--max-examples", str(EXAMPLES), "--seed", "1", "--no-shrink", "--no-color", *more,
    ]  # fmt: skip
    env = environment(
        PYTHONPATH=str(ROOT), SCHEMATHESIS_HOOKS="tests.support.clients.schemathesis_hooks", IDS=json.dumps(ids)
    )
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout + done.stderr


async def ids_in(house: House) -> list[str]:
    """Ids of all that the house holds, but for Ada: who sends the requests shall not take away her own roles."""
    answer = json.dumps(await house.server.ask(PLACES, house.ada))
    assert "errors" not in answer, answer
    found: list[str] = []
    json.loads(answer, object_hook=lambda one: found.append(one["id"]) if "id" in one else one)
    return sorted([*found, gid(house.staff.bob), gid(house.staff.learner)])


async def test_nothing_fails(house: House, tmp_path: Path) -> None:
    for number in range(3):
        await house.assign(f"tracker {number}")
    exit_code, said = await schemathesis(tmp_path, SDL, house.url, house.ada, await ids_in(house))
    assert exit_code == 0, said
    schema = build_schema(SDL.read_text("utf-8"))
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    fields = len(schema.query_type.fields) + len(schema.mutation_type.fields)
    assert f"✅ {fields} passed" in said


async def test_a_failure_is_found(tmp_path: Path) -> None:
    schema = tmp_path / "schema.graphql"
    schema.write_text(str(SCHEMA), "utf-8")
    async with sample_api() as served:
        exit_code, said = await schemathesis(tmp_path, schema, served.url, "good", [""], "--include-name", "Query.bug")
    assert exit_code == 1, said
    assert "GraphQL server error" in said
    assert "Internal server error" in said
