"""Relay: its compiler takes the documents of `relay/src/`, its runtime puts edges where the directives say.

What the runtime does is in `scripts/relay.mjs`, after the block of the page that connects it.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.clients.answers import NOT_FILLED, bare
from tests.support.clients.child_process import HERE, NODE, client, needs_packages, script
from tests.support.clients.docs_page import block
from tests.support.clients.npm_tools import PACKAGES, run
from tests.support.paths import SDL
from tests.support.scenarios.tenant import House

pytestmark = [pytest.mark.clients, needs_packages]


def compiled(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the compiler says, and writes into the folder's `artifacts`."""
    (folder / "artifacts").mkdir()
    return run(folder, PACKAGES / "relay-compiler" / "cli.js", "relay.config.json")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An application with Relay, without artifacts."""
    made = shutil.copytree(HERE / "relay", tmp_path / "relay")
    shutil.copy(SDL, made / "schema.graphql")
    return made


def test_compiler_takes_the_documents(project: Path) -> None:
    done = compiled(project)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "compiled documents: 11 reader, 9 normalization, 13 operation text" in done.stdout


def test_compiler_refuses_a_document_that_the_schema_does_not_have(project: Path) -> None:
    document = project / "src" / "trackers.js"
    document.write_text(document.read_text().replace("commentEdge", "commentedEdge"))
    done = compiled(project)
    assert done.returncode == 1
    assert "The type `AddCommentPayload` has no field `commentedEdge`" in done.stderr + done.stdout


async def test_relay(house: House, project: Path) -> None:
    assert compiled(project).returncode == 0
    program = "\n".join([block("relay"), script("relay")])
    entry = json.dumps(house.staff.entry())
    artifacts = str(project / "artifacts")
    for number in range(3):
        await house.assign(f"tracker {number}")
    async with client(NODE, program, house.url, house.bob, ENTRY=entry, ARTIFACTS=artifacts) as child:
        assert await child.hear() == [[3, "NEW"], [2, "NEW"]]
        assert await child.hear() == [[3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.hear() == {"trackerEdge": None, **bare(NOT_FILLED)}
        assert await child.hear() == [[4, "NEW"], [3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.hear() == [[4, "CLOSED"], [3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.hear() == ["Done."]
        bob = {"notificationCursor": "3", "unreadNotifications": 3, "member": {"name": "Bob"}}
        assert await child.hear() == {"viewer": bob}
        assert await child.hear() == {"cursor": "1", "tracker": {"number": 1}}
        await child.end(complaint="Warning: MutationHandlers: Expected the server edge to be non-null.\n")
