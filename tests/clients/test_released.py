"""Tests with GraphQL Inspector that no change of ``schema/schema.graphql`` breaks clients of the last release.

``schema/released.graphql`` is the schema of the last release; each release replaces it with the current schema.
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
    """Return the type and the path of each breaking change between two schemas."""
    process = run(SCRIPTS, SCRIPTS / "changes.mjs", before, after)
    assert (process.returncode, process.stderr) == (0, "")
    changes: list[Any] = json.loads(process.stdout)
    return changes


def test_no_breaking_change_since_the_last_release() -> None:
    assert breaking_changes(RELEASED, SDL) == []


def test_breaking_changes_are_reported(tmp_path: Path) -> None:
    schema = RELEASED.read_text("utf-8")
    for text, replacement in (
        ("  unreadNotifications: Int!", "  unread: Int!"),
        ("  nodes: [Comment!]!", "  nodes: [Comment!]"),
        ("input AddCommentInput {", 'input AddCommentInput {\n  "New." \n  tone: String!'),
    ):
        assert schema.count(text) == 1
        schema = schema.replace(text, replacement)
    after = tmp_path / "schema.graphql"
    after.write_text(schema, "utf-8")
    assert sorted(breaking_changes(RELEASED, after)) == [
        ["FIELD_REMOVED", "Viewer.unreadNotifications"],
        ["FIELD_TYPE_CHANGED", "CommentConnection.nodes"],
        ["INPUT_FIELD_ADDED", "AddCommentInput.tone"],
    ]
