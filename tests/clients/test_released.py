"""What was released keeps working: GraphQL Inspector finds nothing in `schema/schema.graphql` that breaks a client.

`schema/released.graphql` is the schema of the last release; a release copies the present one over it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.clients.child_process import SCRIPTS, needs_packages
from tests.support.clients.npm_tools import run
from tests.support.paths import SDL

pytestmark = [pytest.mark.clients, needs_packages]

RELEASED = SDL.with_name("released.graphql")


def breaking(before: Path, after: Path) -> list[Any]:
    """Each breaking change: its kind, and what is changed."""
    done = run(SCRIPTS, SCRIPTS / "changes.mjs", before, after)
    assert (done.returncode, done.stderr) == (0, "")
    changes: list[Any] = json.loads(done.stdout)
    return changes


def test_no_breaking_change_since_the_last_release() -> None:
    assert breaking(RELEASED, SDL) == []


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
    assert sorted(breaking(RELEASED, after)) == [
        ["FIELD_REMOVED", "Viewer.unreadNotifications"],
        ["FIELD_TYPE_CHANGED", "CommentConnection.nodes"],
        ["INPUT_FIELD_ADDED", "AddCommentInput.tone"],
    ]
