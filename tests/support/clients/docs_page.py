"""The code blocks of `docs/guides/client-libraries.md`: what connects each client, taken from the page and run as it stands."""

import re

from tests.support.clients.docs_queries import DOCS

_BLOCK = re.compile(r"^```(?:js|python) ([\w-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> dict[str, str]:
    """Every named block of the page."""
    found = _BLOCK.findall((DOCS / "guides" / "client-libraries.md").read_text("utf-8"))
    named = dict(found)
    assert len(named) == len(found), "two blocks have the same name"
    return named


def block(name: str) -> str:
    """One block of the page."""
    return blocks()[name]
