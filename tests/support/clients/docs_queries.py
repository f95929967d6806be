"""Pages of the documentation that can be run: their requests, who sends them, and the answers.

A page stands in for ids, tokens and other values that differ with ‹names›, or cuts them off with ``…``.
"""

import datetime as dt
import json
import re
import subprocess
from dataclasses import dataclass
from typing import Any

from tests.support.paths import ROOT

DOCS = ROOT / "docs"
PAGES_WRITTEN_AT = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
"""When the pages were written: the demo data are dated back from then."""

_BLOCK = re.compile(r"^```(\w+)[ ]?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PLACEHOLDER = re.compile(r"‹\w+›|.+…")
_PRINT_BODIES = """curl() { printf '%s\\0' "${@: -1}"; }\n"""


@dataclass(frozen=True)
class Step:
    """A query of a page, the e-mail address of who asks it, its variables, and the data of the answer."""

    sender: str
    document: str
    variables: dict[str, Any]
    answer: Any


def blocks(page: str, language: str) -> list[str]:
    """Return the blocks of code of a page that are in one language."""
    return [content for found, _, content in _BLOCK.findall(page) if found == language]


def steps(page: str) -> list[Step]:
    """Return the steps of a page: a ``graphql`` block that names who asks, perhaps ``json variables``, the answer."""
    found: list[Step] = []
    variables: dict[str, Any] = {}
    asked_by, document = "", ""
    for language, about, content in _BLOCK.findall(page):
        if language == "graphql":
            asked_by, document, variables = about, content, {}
        elif (language, about) == ("json", "variables"):
            variables = json.loads(content)
        elif language == "json":
            found.append(Step(asked_by, document, variables, json.loads(content)))
    return found


def curl_bodies(page: str) -> list[Any]:
    """Return the bodies that the ``sh`` blocks of a page send with curl, as bash understands the quotes in them."""
    script = _PRINT_BODIES + "\n".join(blocks(page, "sh"))
    shell = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=20, check=True)
    return [json.loads(body) for body in shell.stdout.split("\0")[:-1]]


def fill_in(value: Any, names: dict[str, str]) -> Any:
    """Return the value with what the placeholders stand for."""
    if isinstance(value, dict):
        return {key: fill_in(entry, names) for key, entry in value.items()}
    if isinstance(value, list):
        return [fill_in(entry, names) for entry in value]
    if isinstance(value, str) and _PLACEHOLDER.fullmatch(value):
        return names[value]
    return value


def insert_placeholders(expected: Any, found: Any, names: dict[str, str]) -> Any:
    """Return what was found with the page's placeholders in it; one that is new takes what it stands for into ``names``."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return {key: insert_placeholders(expected.get(key), entry, names) for key, entry in found.items()}
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [insert_placeholders(entry, other, names) for entry, other in zip(expected, found, strict=True)]
    if isinstance(expected, str) and isinstance(found, str) and _PLACEHOLDER.fullmatch(expected):
        return expected if names.setdefault(expected, found) == found else found
    return found
