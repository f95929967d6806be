"""GraphQL Inspector finds no change in ``schema/schema.graphql`` that breaks clients of the last release.

``schema/released.graphql`` is the schema of the last release; each release copies the current one over it.
"""

import json
from pathlib import Path
from typing import Any

from tests.support.clients.child_process import SCRIPTS, needs_packages
from tests.support.clients.npm_tools import run
from tests.support.paths import SDL

pytestmark = needs_packages

RELEASED = SDL.with_name("released.graphql")


def breaking_changes(before: Path, after: Path) -> list[Any]:
    """Return the kind and the path of each breaking change."""
    done = run(SCRIPTS, SCRIPTS / "changes.mjs", before, after)
    assert (done.returncode, done.stderr) == (0, "")
    changes: list[Any] = json.loads(done.stdout)
    return changes


def test_no_breaking_change_since_the_last_release() -> None:
    assert breaking_changes(RELEASED, SDL) == []


def test_a_breaking_change_is_found(tmp_path: Path) -> None:
    changed = RELEASED.read_text("utf-8")
    for text, other in (
        ("  unreadNotifications: Int!", "  unread: Int!"),
        ("  nodes: [Comment!]!", "  nodes: [Comment!]"),
        ("input AddCommentInput {", 'input AddCommentInput {\n  "New." \n  tone: String!'),
    ):
        assert changed.count(text) == 1
        changed = changed.replace(text, other)
    after = tmp_path / "schema.graphql"
    after.write_text(changed, "utf-8")
    assert sorted(breaking_changes(RELEASED, after)) == [
        ["FIELD_REMOVED", "Viewer.unreadNotifications"],
        ["FIELD_TYPE_CHANGED", "CommentConnection.nodes"],
        ["INPUT_FIELD_ADDED", "AddCommentInput.tone"],
    ]
