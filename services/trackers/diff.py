"""Differences between two states of a tracker, as stored in its history."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import Tracker, TrackerStatus
from services.forms.definitions import FieldDefinition, TypeDefinition
from services.forms.display import MISSING_NAME, display_value, names_by_id, referenced_ids
from services.forms.kinds.types import CanonicalValue
from services.kernel.dates import format_date


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerState:
    """The properties of a tracker that an update can change."""

    status: TrackerStatus
    assignee_id: UUID | None
    description: str
    due_date: dt.date | None
    values: Mapping[str, CanonicalValue]

    @classmethod
    def from_tracker(cls, tracker: Tracker) -> "TrackerState":
        """Return the current state of a tracker."""
        return cls(
            status=tracker.status,
            assignee_id=tracker.assignee_id,
            description=tracker.description,
            due_date=tracker.due_date,
            values=tracker.values,
        )


async def describe_changes(
    organisation_id: UUID, definition: TypeDefinition, before: TrackerState, after: TrackerState
) -> list[dict[str, Any]]:
    """Return a dict with ``path``, ``label``, ``before`` and ``after`` for every changed field.

    ``path`` is the path in the API's input. ``before`` and ``after`` are display texts, or None for an empty field.
    """
    fields = [field for field in definition.fields if before.values.get(field.key) != after.values.get(field.key)]
    referenced = referenced_ids(
        (field, state.values[field.key]) for field in fields for state in (before, after) if field.key in state.values
    )
    if before.assignee_id != after.assignee_id:
        referenced |= {assignee_id for assignee_id in (before.assignee_id, after.assignee_id) if assignee_id}
    names = await names_by_id(organisation_id, referenced)
    return [*_property_changes(before, after, names), *(_field_change(field, before, after, names) for field in fields)]


def _property_changes(before: TrackerState, after: TrackerState, names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    def display(value: object) -> str | None:
        if isinstance(value, TrackerStatus):
            return value.capitalize()
        if isinstance(value, UUID):
            return names.get(value, MISSING_NAME)
        return format_date(value) if isinstance(value, dt.date) else str(value or "") or None

    return [
        {"path": [name], "label": label, "before": display(old), "after": display(new)}
        for name, label, old, new in (
            ("status", "Status", before.status, after.status),
            ("assigneeId", "Assignee", before.assignee_id, after.assignee_id),
            ("description", "Description", before.description, after.description),
            ("dueDate", "Due date", before.due_date, after.due_date),
        )
        if old != new
    ]


def _field_change(
    field: FieldDefinition, before: TrackerState, after: TrackerState, names: Mapping[UUID, str]
) -> dict[str, Any]:
    old, new = (state.values.get(field.key) for state in (before, after))
    return {
        "path": ["values", field.key],
        "label": field.label,
        "before": None if old is None else display_value(field, old, names),
        "after": None if new is None else display_value(field, new, names),
    }
