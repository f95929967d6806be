"""What an audit event says, as lines that a person can read: a name, and the value before and after."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from models.base import dump_json


class AuditDetail(NamedTuple):
    """One line of an event's details; ``before`` is None unless the event changed a value."""

    name: str
    before: str | None
    after: str | None


def describe_details(details: Mapping[str, Any]) -> list[AuditDetail]:
    """Return the lines of an event's details. Of a change, those that are the same before and after are left out."""
    before, after = details.get("before"), details.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        rest = {name: value for name, value in details.items() if name not in ("before", "after")}
        return [*_lines(rest), *_changes(before, after)]
    return list(_lines(details))


def _lines(details: Mapping[str, Any]) -> Iterator[AuditDetail]:
    for name, value in details.items():
        yield AuditDetail(name, None, _text(value))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[AuditDetail]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield AuditDetail(name, _text(before.get(name)), _text(after.get(name)))


def _text(value: Any) -> str | None:
    """Return a value as people read it: a list of texts with commas between, anything nested as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(element, str) for element in value):
        return ", ".join(value)
    return dump_json(value)
