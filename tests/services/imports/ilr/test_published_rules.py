"""Tests that every ILR rule that the code or the documentation names is a published one."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.paths import DATA, ROOT

FOLDERS = ("services", "schema", "resolvers", "server", "models", "docs", "examples")
SUFFIXES = {".py", ".toml", ".md", ".sql", ".graphql"}
# A field or R, and two or three digits; or a field definition: FD, the field, and the kind of rule.
RULE = re.compile(r"\b(?:FD_(?:[A-Za-z0-9]|\{[^}]*\})*_[A-Z]{2}|[A-Z][A-Za-z0-9]*_[0-9]{2,3})\b")


def published_rules() -> set[str]:
    lines = (DATA / "ilr" / "validation-rules-2025-26.txt").read_text().splitlines()
    return {line for line in lines if not line.startswith("#")}


def files() -> Iterator[Path]:
    yield ROOT / "README.md"
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in SUFFIXES and not {"node_modules", "dist", "_build"} & set(path.parts):
                yield path


def cited_rules() -> dict[str, set[str]]:
    """Return the files that name each rule."""
    cited: dict[str, set[str]] = {}
    for path in files():
        for rule in RULE.findall(path.read_text(errors="replace")):
            cited.setdefault(rule, set()).add(str(path.relative_to(ROOT)))
    return cited


def test_every_cited_rule_is_published() -> None:
    published = published_rules()
    assert {rule: places for rule, places in cited_rules().items() if rule not in published} == {}


def test_rules_are_found_wherever_they_are_cited() -> None:
    cited = cited_rules()
    for rule, file in (
        ("FD_ULN_MA", "services/imports/ilr/field_rules.py"),
        ("GivenNames_04", "services/imports/ilr/names.py"),
        ("R_59", "services/imports/checks.py"),
        ("ULN_04", "services/tracker_types/builtin.toml"),
        ("EmpId_02", "services/forms/formats.py"),
        ("ULN_04", "schema/schema.graphql"),
    ):
        assert file in cited[rule]


def test_the_published_rules_are_of_one_year_and_without_deleted_ones() -> None:
    published = published_rules()
    assert len(published) == 813
    assert not {"FD_FamilyName_MA", "FD_FworkCode_AL", "R_20"} & published
