"""Tests that each decision has a number of its own, which its title repeats, and is in the list of decisions."""

import re

from tests.support.clients.docs_queries import DOCS

PAGES = sorted((DOCS / "decisions").glob("[0-9]*.md"))
ENTRY = re.compile(r"^\| \[(.+)\]\((\d{3}-.+\.md)\) \| ", re.MULTILINE)


def test_numbers_are_those_from_one_on() -> None:
    assert [page.name[:3] for page in PAGES] == [f"{number:03}" for number in range(1, len(PAGES) + 1)]


def test_every_decision_is_listed_with_its_title() -> None:
    titles = [(page.read_text("utf-8").splitlines()[0].removeprefix("# "), page.name) for page in PAGES]
    assert ENTRY.findall((DOCS / "decisions" / "index.md").read_text("utf-8")) == titles
