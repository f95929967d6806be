"""Relay: its compiler accepts the documents of ``relay/src/``, its runtime inserts edges where the directives say.

The program is the block of the guide that connects it, then ``scripts/relay.mjs``.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.clients.child_process import CLIENTS_DIR, NODE, needs_packages, read_script, run_client
from tests.support.clients.docs_page import block
from tests.support.clients.npm_tools import PACKAGES, run
from tests.support.clients.results import MISSING_VALUES, without_typenames
from tests.support.paths import SDL
from tests.support.scenarios.tenant import Tenant

pytestmark = needs_packages


def compile_documents(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the compiler, which writes into the folder's ``artifacts``."""
    (folder / "artifacts").mkdir()
    return run(folder, PACKAGES / "relay-compiler" / "cli.js", "relay.config.json")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the application with Relay, without artifacts."""
    folder = shutil.copytree(CLIENTS_DIR / "relay", tmp_path / "relay")
    shutil.copy(SDL, folder / "schema.graphql")
    return folder


def test_compiler_accepts_the_documents(project: Path) -> None:
    done = compile_documents(project)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "compiled documents: 11 reader, 9 normalization, 13 operation text" in done.stdout


def test_compiler_rejects_an_invalid_document(project: Path) -> None:
    document = project / "src" / "trackers.js"
    document.write_text(document.read_text().replace("commentEdge", "commentedEdge"))
    done = compile_documents(project)
    assert done.returncode == 1
    assert "The type `AddCommentPayload` has no field `commentedEdge`" in done.stderr + done.stdout


async def test_relay(tenant: Tenant, project: Path) -> None:
    assert compile_documents(project).returncode == 0
    program = "\n".join([block("relay"), read_script("relay")])
    entry = json.dumps(tenant.staff.entry())
    artifacts = str(project / "artifacts")
    for number in range(3):
        await tenant.assign(f"tracker {number}")
    async with run_client(NODE, program, tenant.url, tenant.bob, ENTRY=entry, ARTIFACTS=artifacts) as child:
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
