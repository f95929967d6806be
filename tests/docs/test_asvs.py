"""Every item of levels 1 and 2 of OWASP's ASVS is listed once, and every test that a page about security names exists."""

import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT

ASVS, SECURITY = ROOT / "docs" / "asvs.md", ROOT / "docs" / "security.md"
ROW = re.compile(r"^\| ([0-9., ]+) \| (met|operator|none|not met) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[^`]*|test_[a-z0-9_]+\.py)`")

ITEMS = {
    "1.1": "1-2", "1.2": "1-9", "1.3": "1-11", "1.4": "1-3", "1.5": "1-2",
    "2.1": "1-3", "2.2": "1-3", "2.3": "1-4", "2.4": "1",
    "3.2": "1-2", "3.3": "1-4", "3.4": "1-6", "3.5": "1-5", "3.7": "1-2",
    "4.1": "1-3", "4.2": "1", "4.3": "1-2", "4.4": "1-4",
    "5.1": "1", "5.2": "1-3", "5.3": "1-2", "5.4": "1-3",
    "6.1": "1-3", "6.2": "1-12", "6.3": "1-4", "6.4": "1-4", "6.5": "1-5", "6.6": "1-3", "6.8": "1-4",
    "7.1": "1-3", "7.2": "1-4", "7.3": "1-2", "7.4": "1-5", "7.5": "1-2", "7.6": "1-2",
    "8.1": "1-2", "8.2": "1-3", "8.3": "1", "8.4": "1", "9.1": "1-3", "9.2": "1-4",
    "10.1": "1-2", "10.2": "1-2", "10.3": "1-4", "10.4": "1-11", "10.5": "1-5", "10.6": "1-2", "10.7": "1-3",
    "11.1": "1-2", "11.2": "1-3", "11.3": "1-3", "11.4": "1-4", "11.5": "1", "11.6": "1",
    "12.1": "1-3", "12.2": "1-2", "12.3": "1-4",
    "13.1": "1", "13.2": "1-5", "13.3": "1-2", "13.4": "1-5",
    "14.1": "1-2", "14.2": "1-4", "14.3": "1-3",
    "15.1": "1-3", "15.2": "1-3", "15.3": "1-7",
    "16.1": "1", "16.2": "1-5", "16.3": "1-4", "16.4": "1-3", "16.5": "1-3",
    "17.1": "1", "17.2": "1-4", "17.3": "1-2",
}  # fmt: skip
"""The items of levels 1 and 2 in each section of version 5.0.0, whose numbers follow one another."""


def expected_items() -> list[str]:
    """Return the numbers of all items."""
    items = []
    for section, span in ITEMS.items():
        first, _, last = span.partition("-")
        items += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return items


def test_every_item_is_listed_once() -> None:
    rows = ROW.findall(ASVS.read_text("utf-8"))
    listed = [item for items, _, _ in rows for item in items.split(", ")]
    assert sorted(listed) == sorted(expected_items())
    assert len(listed) == 253


def test_what_is_met_names_a_test_and_what_is_not_says_why() -> None:
    for items, state, reason in ROW.findall(ASVS.read_text("utf-8")):
        assert bool(TEST.search(reason)) or state != "met", items
        assert len(reason) > 10, items


@pytest.mark.parametrize("page", [ASVS, SECURITY], ids=lambda page: page.name)
def test_the_tests_that_are_named_exist(page: Path) -> None:
    names = set(TEST.findall(page.read_text("utf-8")))
    known = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    missing = [name for name in names if not ((ROOT / name).exists() if "/" in name else name in known)]
    assert sorted(missing) == []
    assert len(names) > 20
