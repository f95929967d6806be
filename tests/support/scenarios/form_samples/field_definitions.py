"""Field entries of custom tracker types, and the results of their validation."""

import datetime as dt
from typing import Any

from services.forms.definitions import FieldDefinition, FieldKind, ReferenceTarget
from services.kernel.error_collector import ErrorCollector
from services.tracker_types.input import ChoiceEntry, FieldEntry
from services.tracker_types.validate import check_definition

TODAY = dt.date(2026, 11, 24)
YES = ChoiceEntry(value="YES", label="Yes")


def field_entry(kind: FieldKind, key: str = "it", **slots: Any) -> FieldEntry:
    """Return a field entry, which is valid unless the arguments make it invalid."""
    required_slots: dict[FieldKind, dict[str, Any]] = {
        FieldKind.CHOICE: {"choices": [YES]},
        FieldKind.REFERENCE: {"target": ReferenceTarget.MEMBER},
    }
    return FieldEntry(**{"key": key, "label": key, "kind": kind} | required_slots.get(kind, {}) | slots)


def definition_errors(*entries: FieldEntry) -> list[str]:
    """Validate field entries, and return the path and code of each problem, for example ``fields.0.key REQUIRED``."""
    errors = ErrorCollector(("fields",))
    check_definition(errors, entries, today=TODAY)
    return [f"{'.'.join(problem.path)} {problem.code}" for problem in errors.problems]


def valid_fields(*entries: FieldEntry) -> tuple[FieldDefinition, ...]:
    """Validate field entries, which must be valid, and return their definitions."""
    errors = ErrorCollector(("fields",))
    definition = check_definition(errors, entries, today=TODAY)
    assert errors.problems == []
    return definition.fields
