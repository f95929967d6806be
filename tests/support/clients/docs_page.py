"""The code blocks of ``docs/clients.md``, which tests run verbatim.

A block whose name is that of a file, such as ``session.js``, is a module that other blocks import.
"""

import re
from pathlib import Path

from tests.support.clients.docs_queries import DOCS

_BLOCK = re.compile(r"^```(?:js|ts|python|yaml|graphql) ([\w.-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> dict[str, str]:
    """Return the named code blocks of the guide, by name."""
    matches = _BLOCK.findall((DOCS / "clients.md").read_text("utf-8"))
    code_by_name = dict(matches)
    assert len(code_by_name) == len(matches), "two blocks have the same name"
    return code_by_name


def block(name: str) -> str:
    """Return the code block with this name."""
    return blocks()[name]


def modules() -> dict[str, str]:
    """Return the blocks that are modules, by the names of their files."""
    return {name: code for name, code in blocks().items() if "." in name}


def write_modules(directory: Path) -> None:
    """Write the guide's modules into a directory."""
    for name, code in modules().items():
        (directory / name).write_text(code, "utf-8")
