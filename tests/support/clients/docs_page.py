"""The code blocks of ``docs/guides/client-libraries.md``, which tests run as they are."""

import re

from tests.support.clients.docs_queries import DOCS

_BLOCK = re.compile(r"^```(?:js|python) ([\w-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> dict[str, str]:
    """Return every named block of the guide."""
    pairs = _BLOCK.findall((DOCS / "guides" / "client-libraries.md").read_text("utf-8"))
    named = dict(pairs)
    assert len(named) == len(pairs), "two blocks have the same name"
    return named


def block(name: str) -> str:
    """Return one block of the guide."""
    return blocks()[name]
