"""Tests of Relay: its compiler accepts the documents in ``relay/src/``, and its runtime inserts edges into connections.

The program is ``scripts/relay.mjs``, preceded by the guide's code block that configures the client.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.clients.child_process import CLIENTS_DIR, NODE_PROGRAM, needs_packages, read_script, run_client
from tests.support.clients.docs_page import block
from tests.support.clients.npm_tools import PACKAGES, run
from tests.support.clients.results import MISSING_VALUES, without_typenames
from tests.support.paths import SDL
from tests.support.scenarios.tenant import Tenant

pytestmark = needs_packages


def compile_documents(directory: Path) -> subprocess.CompletedProcess[str]:
    """Run the Relay compiler in a directory; it writes to the subdirectory ``artifacts``."""
    (directory / "artifacts").mkdir()
    return run(directory, PACKAGES / "relay-compiler" / "cli.js", "relay.config.json")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the Relay application, without artifacts."""
    directory = shutil.copytree(CLIENTS_DIR / "relay", tmp_path / "relay")
    shutil.copy(SDL, directory / "schema.graphql")
    return directory


def test_compiler_accepts_the_documents(project: Path) -> None:
    process = compile_documents(project)
    assert (process.returncode, process.stderr) == (0, ""), process.stdout
    assert "compiled documents: 11 reader, 9 normalization, 13 operation text" in process.stdout


def test_compiler_rejects_an_invalid_document(project: Path) -> None:
    document = project / "src" / "trackers.js"
    document.write_text(document.read_text().replace("commentEdge", "commentedEdge"))
    process = compile_documents(project)
    assert process.returncode == 1
    assert "The type `AddCommentPayload` has no field `commentedEdge`" in process.stderr + process.stdout


async def test_relay(tenant: Tenant, project: Path) -> None:
    assert compile_documents(project).returncode == 0
    program = "\n".join([block("relay"), block("relay-edge"), read_script("relay")])
    entry = json.dumps(tenant.staff.tracker_input())
    artifacts = str(project / "artifacts")
    for number in range(3):
        await tenant.assign(f"tracker {number}")
    async with run_client(NODE_PROGRAM, program, tenant.url, tenant.bob, ENTRY=entry, ARTIFACTS=artifacts) as child:
        assert await child.receive() == [[3, "NEW"], [2, "NEW"]]
        assert await child.receive() == [[3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.receive() == {"trackerEdge": None, **without_typenames(MISSING_VALUES)}
        assert await child.receive() == [[4, "NEW"], [3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.receive() == [[4, "CLOSED"], [3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.receive() == ["Done."]
        bob = {"notificationCursor": "3", "unreadNotifications": 3, "member": {"name": "Bob"}}
        assert await child.receive() == {"viewer": bob}
        assert await child.receive() == {"cursor": "1", "tracker": {"number": 1}}
        await child.wait_for_exit(stderr="Warning: MutationHandlers: Expected the server edge to be non-null.\n")
