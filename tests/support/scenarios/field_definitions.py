"""Short ways to enter fields and to say what is wrong with them, for the tests of definitions."""

import datetime as dt
from typing import Any

from services.forms.definitions import FieldDefinition, FieldKind, ReferenceTarget
from services.kernel.error_collector import ErrorCollector
from services.tracker_types.input import ChoiceEntry, FieldEntry
from services.tracker_types.validate import check_definition

TODAY = dt.date(2026, 11, 24)
YES = ChoiceEntry(value="YES", label="Yes")


def entry(kind: FieldKind, key: str = "it", **slots: Any) -> FieldEntry:
    """A field that is right unless a slot makes it wrong."""
    needed: dict[FieldKind, dict[str, Any]] = {
        FieldKind.CHOICE: {"choices": [YES]},
        FieldKind.REFERENCE: {"target": ReferenceTarget.MEMBER},
    }
    return FieldEntry(**{"key": key, "label": key, "kind": kind} | needed.get(kind, {}) | slots)


def told(*entries: FieldEntry) -> list[str]:
    """What is wrong with a form, in short: where, and which."""
    errors = ErrorCollector(("fields",))
    check_definition(errors, entries, today=TODAY)
    return [f"{'.'.join(problem.path)} {problem.code}" for problem in errors.problems]


def made(*entries: FieldEntry) -> tuple[FieldDefinition, ...]:
    """The fields that right entries make."""
    errors = ErrorCollector(("fields",))
    definition = check_definition(errors, entries, today=TODAY)
    assert errors.problems == []
    return definition.fields
