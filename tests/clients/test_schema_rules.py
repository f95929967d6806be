"""Tests that ``schema/schema.graphql`` follows the recommended rules of @graphql-eslint, and those for Relay."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.support.clients.child_process import CLIENTS_DIR, needs_packages
from tests.support.clients.npm_tools import PACKAGES, run
from tests.support.paths import SDL

pytestmark = needs_packages


def violations(directory: Path) -> list[Any]:
    """Return the rule and the line of every violation in the ``schema.graphql`` of a directory."""
    eslint = PACKAGES / "eslint" / "bin" / "eslint.js"
    config = CLIENTS_DIR / "eslint.config.mjs"
    process = run(directory, eslint, "--config", config, "--format", "json", "schema.graphql")
    assert process.stderr == ""
    [file] = json.loads(process.stdout)
    return [(message["ruleId"].removeprefix("@graphql-eslint/"), message["line"]) for message in file["messages"]]


def test_schema_follows_the_rules() -> None:
    assert violations(SDL.parent) == []


def test_violations_are_reported(tmp_path: Path) -> None:
    schema = Path(shutil.copy(SDL, tmp_path))
    lines = len(schema.read_text("utf-8").splitlines())
    with schema.open("a", encoding="utf-8") as file:
        file.write("\ntype PlanType { name: String! }\ntype PlanConnection { edges: [PlanType!]! }\n")
    found_violations = violations(tmp_path)
    assert {line for _, line in found_violations} == {lines + 2, lines + 3}
    assert {rule for rule, _ in found_violations} == {
        "naming-convention",
        "no-unreachable-types",
        "relay-connection-types",
        "relay-edge-types",
        "require-description",
        "strict-id-in-types",
    }
