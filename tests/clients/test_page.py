"""Tests that every code block of ``docs/clients.md`` has a name, and is run by a test."""

import re
from pathlib import Path

from tests.support.clients import child_process
from tests.support.clients.child_process import SCRIPTS
from tests.support.clients.docs_page import blocks, modules
from tests.support.clients.docs_queries import DOCS

CHILD_PROCESS = Path(child_process.__file__)


def test_every_block_has_a_name() -> None:
    fences = re.findall(r"^```(\w+)(.*)$", (DOCS / "clients.md").read_text("utf-8"), re.MULTILINE)
    assert [(language, name) for language, name in fences if language != "sh" and not name.strip()] == []


def test_every_block_is_run() -> None:
    tests = "".join(file.read_text("utf-8") for file in [*Path(__file__).parent.glob("test_*.py"), CHILD_PROCESS])
    assert blocks()
    assert [name for name in blocks() if f'"{name}"' not in tests and name not in imported()] == []


def imported() -> set[str]:
    """Return the modules that other blocks, or the scripts of tests, import."""
    code = "".join([*blocks().values(), *(script.read_text("utf-8") for script in SCRIPTS.glob("*.mjs"))])
    return {name for name in modules() if f"'./{name}'" in code or f"\nfrom {name.removesuffix('.py')} import" in code}
