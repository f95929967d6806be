"""Tests of the English of messages: every string of the code that reads as a sentence is examined."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

SENTENCE = re.compile(r"^[A-Z'{].* .*[.?]$|^[a-z'{].*: it (?:may|must) .*", re.DOTALL)
SQL = re.compile(r"\b(?:SELECT|UPDATE|INSERT|DELETE|FROM) ")
DESCRIPTIONS = {"enums.py", "query.py", "mutation.py", "subscription.py", "error_codes.py", "schema_root.py"}
"""Modules whose strings are the descriptions of the API."""
NOT_MESSAGES = {"description", "help", "meaning", "fix"}
"""The arguments that document the API, the command line and the settings rather than answer somebody."""

VOWEL = r"(?:[aeio](?!u|ne\b)|eu(?!r)|u(?!ni|s|til|ty))"
FAULTS = {
    "a label without quotes": re.compile(r"(?<!quote\()\{[\w.]*\.(?:label|type\.name)\}"),
    "the value of an enum": re.compile(
        r"\b(?!TRACKERS_)[A-Z]{2,}(?:_[A-Z]+)+\b|\{(?:Role\.\w+|role|status|\w+\.kind)\}"
    ),
    "an article before a name that is put in": re.compile(r"\b[Aa]n? \{"),
    "the wrong article": re.compile(rf"\b[Aa] {VOWEL}|\b[Aa]n (?!hour|honest)[bcdfgjkpqtvwyz]\w"),
    "a permission instead of a demand": re.compile(r"\bmay (?:hold|have at most|not be)\b"),
    "an unusual negation": re.compile(r"\b(?:[Tt]his is no|names no) \w+"),
}


def messages(path: Path) -> Iterator[str]:
    """Yield the sentences among a module's strings; what an f-string puts in is its source in braces."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in NOT_MESSAGES:
            skipped |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Expr):
            skipped.add(id(node.value))
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(_source(part) for part in node.values)
        else:
            continue
        if SENTENCE.match(text) and not SQL.search(text):
            yield text


def _source(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        source = ast.unparse(part.value)
        return "{…}" if source.isupper() or isinstance(part.value, ast.Call) else f"{{{source}}}"
    assert isinstance(part, ast.Constant)
    return str(part.value)


@pytest.fixture(scope="module")
def found() -> list[tuple[str, str]]:
    """Return each message with its file. A fixture, because every process of a test run imports this module."""
    return sorted(
        {
            (message, str(path.relative_to(ROOT)))
            for package in ("services", "schema", "resolvers", "server")
            for path in (ROOT / package).rglob("*.py")
            if not {"node_modules", "demo"} & set(path.parts) and path.name not in DESCRIPTIONS
            for message in messages(path)
        }
    )


def test_messages_are_found(found: list[tuple[str, str]]) -> None:
    texts = {message for message, _ in found}
    assert len(texts) > 190
    assert {"{field.title} is required.", "There is no such learner."} <= texts


@pytest.mark.parametrize("fault", FAULTS)
def test_no_message_has(fault: str, found: list[tuple[str, str]]) -> None:
    assert [message for message in found if FAULTS[fault].search(message[0])] == []


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("a label without quotes", "{field.label} is required."),
        ("the value of an enum", "This needs the role {role}."),
        ("the value of an enum", "This needs the role MANAGE_MEMBERS."),
        ("an article before a name that is put in", "A {name} tracker needs a role."),
        ("the wrong article", "This is a unusual answer."),
        ("the wrong article", "A additional learning support tracker needs a role."),
        ("a permission instead of a demand", "X holds 2: it may hold 0 or 1."),
        ("an unusual negation", "This is no id."),
    ],
)
def test_a_fault_is_recognised(fault: str, message: str) -> None:
    assert FAULTS[fault].search(message)


@pytest.mark.parametrize(
    "message", ["A unit of a European programme.", "A one-time link, a user, an hour, an ILR return."]
)
def test_right_articles_are_recognised(message: str) -> None:
    assert not FAULTS["the wrong article"].search(message)
