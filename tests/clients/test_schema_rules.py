"""``schema/schema.graphql`` by the rules of @graphql-eslint for every schema and for Relay."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.support.clients.child_process import CLIENTS_DIR, needs_packages
from tests.support.clients.npm_tools import PACKAGES, run
from tests.support.paths import SDL

pytestmark = needs_packages


def violations(folder: Path) -> list[Any]:
    """Return rule and line of every violation in the folder's ``schema.graphql``."""
    eslint = PACKAGES / "eslint" / "bin" / "eslint.js"
    config = CLIENTS_DIR / "eslint.config.mjs"
    done = run(folder, eslint, "--config", config, "--format", "json", "schema.graphql")
    assert done.stderr == ""
    [file] = json.loads(done.stdout)
    return [(message["ruleId"].removeprefix("@graphql-eslint/"), message["line"]) for message in file["messages"]]


def test_schema_follows_the_rules() -> None:
    assert violations(SDL.parent) == []


def test_a_broken_rule_is_found(tmp_path: Path) -> None:
    schema = Path(shutil.copy(SDL, tmp_path))
    lines = len(schema.read_text("utf-8").splitlines())
    with schema.open("a", encoding="utf-8") as file:
        file.write("\ntype PlanType { name: String! }\ntype PlanConnection { edges: [PlanType!]! }\n")
    broken = violations(tmp_path)
    assert {line for _, line in broken} == {lines + 2, lines + 3}
    assert {rule for rule, _ in broken} == {
        "naming-convention",
        "no-unreachable-types",
        "relay-connection-types",
        "relay-edge-types",
        "require-description",
        "strict-id-in-types",
    }
