"""Tests that every code block of ``docs/clients.md`` has a name, and is run by a test."""

import re
from pathlib import Path

from tests.support.clients.docs_page import blocks
from tests.support.clients.docs_queries import DOCS


def test_every_block_has_a_name() -> None:
    fences = re.findall(r"^```(\w+)(.*)$", (DOCS / "clients.md").read_text("utf-8"), re.MULTILINE)
    assert [(language, name) for language, name in fences if language != "sh" and not name.strip()] == []


def test_every_block_is_run() -> None:
    tests = "".join(file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    assert blocks()
    assert [name for name in blocks() if f'"{name}"' not in tests] == []
