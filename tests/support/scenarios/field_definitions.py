"""Entries of fields, and what their check as a definition returns."""

import datetime as dt
from typing import Any

from services.forms.definitions import FieldDefinition, FieldKind, ReferenceTarget
from services.kernel.error_collector import ErrorCollector
from services.tracker_types.input import ChoiceEntry, FieldEntry
from services.tracker_types.validate import check_definition

TODAY = dt.date(2026, 11, 24)
YES = ChoiceEntry(value="YES", label="Yes")


def field_entry(kind: FieldKind, key: str = "it", **slots: Any) -> FieldEntry:
    """Return the entry of a field, valid unless a slot makes it invalid."""
    needed: dict[FieldKind, dict[str, Any]] = {
        FieldKind.CHOICE: {"choices": [YES]},
        FieldKind.REFERENCE: {"target": ReferenceTarget.MEMBER},
    }
    return FieldEntry(**{"key": key, "label": key, "kind": kind} | needed.get(kind, {}) | slots)


def definition_errors(*entries: FieldEntry) -> list[str]:
    """Return the paths and codes of a form's problems, as in ``fields.0.key REQUIRED``."""
    errors = ErrorCollector(("fields",))
    check_definition(errors, entries, today=TODAY)
    return [f"{'.'.join(problem.path)} {problem.code}" for problem in errors.problems]


def valid_fields(*entries: FieldEntry) -> tuple[FieldDefinition, ...]:
    """Return the fields that valid entries define."""
    errors = ErrorCollector(("fields",))
    definition = check_definition(errors, entries, today=TODAY)
    assert errors.problems == []
    return definition.fields
