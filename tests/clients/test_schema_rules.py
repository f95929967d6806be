"""The rules of @graphql-eslint, for any schema and for Relay's, over `schema/schema.graphql`."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.clients.child_process import HERE, needs_packages
from tests.support.clients.npm_tools import PACKAGES, run
from tests.support.paths import SDL

pytestmark = [pytest.mark.clients, needs_packages]


def complaints(folder: Path) -> list[Any]:
    """Rule and line of everything that is wrong with the folder's `schema.graphql`."""
    eslint = PACKAGES / "eslint" / "bin" / "eslint.js"
    config = HERE / "eslint.config.mjs"
    done = run(folder, eslint, "--config", config, "--format", "json", "schema.graphql")
    assert done.stderr == ""
    [file] = json.loads(done.stdout)
    return [(message["ruleId"].removeprefix("@graphql-eslint/"), message["line"]) for message in file["messages"]]


def test_the_schema_keeps_the_rules() -> None:
    assert complaints(SDL.parent) == []


def test_a_broken_rule_is_found(tmp_path: Path) -> None:
    schema = Path(shutil.copy(SDL, tmp_path))
    lines = len(schema.read_text("utf-8").splitlines())
    with schema.open("a", encoding="utf-8") as file:
        file.write("\ntype PlanType { name: String! }\ntype PlanConnection { edges: [PlanType!]! }\n")
    found = complaints(tmp_path)
    assert {line for _, line in found} == {lines + 2, lines + 3}
    assert {rule for rule, _ in found} == {
        "naming-convention",
        "no-unreachable-types",
        "relay-connection-types",
        "relay-edge-types",
        "require-description",
        "strict-id-in-types",
    }
