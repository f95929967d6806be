"""Documentation pages that can be executed: their requests, the members who send them, and the responses.

Values that differ from run to run, such as ids and tokens, are placeholders: a ‹name›, or a prefix followed by ``…``.
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
"""The time at which the pages were written, to which the dates of the demo data are relative."""

_BLOCK = re.compile(r"^```(\w+)[ ]?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PLACEHOLDER = re.compile(r"‹\w+›|.+…")
_PRINT_BODIES = """curl() { printf '%s\\0' "${@: -1}"; }\n"""


@dataclass(frozen=True)
class Step:
    """A query on a page: the email address of the sender, the variables, and the data of the response."""

    sender: str
    document: str
    variables: dict[str, Any]
    answer: Any


def blocks(page: str, language: str) -> list[str]:
    """Return the contents of a page's code blocks in one language."""
    return [content for block_language, _, content in _BLOCK.findall(page) if block_language == language]


def steps(page: str) -> list[Step]:
    """Return the steps of a page.

    A step is a ``graphql`` block with the sender in its info string, optionally a ``json variables`` block, and a
    ``json`` block with the response.
    """
    parsed: list[Step] = []
    variables: dict[str, Any] = {}
    sender, document = "", ""
    for language, info, content in _BLOCK.findall(page):
        if language == "graphql":
            sender, document, variables = info, content, {}
        elif (language, info) == ("json", "variables"):
            variables = json.loads(content)
        elif language == "json":
            parsed.append(Step(sender, document, variables, json.loads(content)))
    return parsed


def curl_bodies(page: str) -> list[Any]:
    """Return the request bodies that the ``sh`` blocks of a page pass to curl, with their quotes parsed by bash."""
    script = _PRINT_BODIES + "\n".join(blocks(page, "sh"))
    shell = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=20, check=True)
    return [json.loads(body) for body in shell.stdout.split("\0")[:-1]]


def fill_in(value: Any, placeholders: dict[str, str]) -> Any:
    """Return a JSON value in which each placeholder is replaced with its value."""
    if isinstance(value, dict):
        return {key: fill_in(entry, placeholders) for key, entry in value.items()}
    if isinstance(value, list):
        return [fill_in(entry, placeholders) for entry in value]
    if isinstance(value, str) and _PLACEHOLDER.fullmatch(value):
        return placeholders[value]
    return value


def insert_placeholders(expected: Any, actual: Any, placeholders: dict[str, str]) -> Any:
    """Return ``actual`` with the placeholders of ``expected`` in place of the values for which they stand.

    The value of a new placeholder is added to ``placeholders``; a value that differs from the known one is kept.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {key: insert_placeholders(expected.get(key), entry, placeholders) for key, entry in actual.items()}
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [insert_placeholders(entry, other, placeholders) for entry, other in zip(expected, actual, strict=True)]
    if isinstance(expected, str) and isinstance(actual, str) and _PLACEHOLDER.fullmatch(expected):
        return expected if placeholders.setdefault(expected, actual) == actual else actual
    return actual
