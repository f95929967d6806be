"""The code blocks of ``docs/clients.md``, which tests run verbatim."""

import re

from tests.support.clients.docs_queries import DOCS

_BLOCK = re.compile(r"^```(?:js|python) ([\w-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> dict[str, str]:
    """Return the named code blocks of the guide, by name."""
    matches = _BLOCK.findall((DOCS / "clients.md").read_text("utf-8"))
    code_by_name = dict(matches)
    assert len(code_by_name) == len(matches), "two blocks have the same name"
    return code_by_name


def block(name: str) -> str:
    """Return the code block with this name."""
    return blocks()[name]
