"""Values as people read them: on a tracker, in its history, in what an automation proposes."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from models.database import fetch
from services.forms.definitions import ChoiceField, DateField, FieldDefinition, FileField, ReferenceField
from services.forms.kinds.types import CanonicalValue
from services.kernel.dates import format_date

MISSING_NAME = "no longer there"
"""Shown instead of the name of what a value refers to once that is deleted."""

_NAMES = """
SELECT id, name FROM member WHERE organisation_id = $1 AND id = ANY($2)
UNION ALL SELECT id, name FROM employer WHERE organisation_id = $1 AND id = ANY($2)
UNION ALL SELECT id, name FROM programme WHERE organisation_id = $1 AND id = ANY($2)
UNION ALL SELECT id, name FROM stored_file WHERE organisation_id = $1 AND id = ANY($2)
"""


def display_value(field: FieldDefinition, value: CanonicalValue, names: Mapping[UUID, str] | None = None) -> str:
    """Return a canonical value in words; ``names`` are those of what references and files name (``names_by_id``)."""
    match field, value:
        case ReferenceField(), str():
            return (names or {}).get(UUID(value), MISSING_NAME)
        case FileField(), list():
            return ", ".join((names or {}).get(UUID(file_id), MISSING_NAME) for file_id in value)
        case ChoiceField(), list():
            return ", ".join(choice.label for choice in field.choices if choice.value in value)
        case DateField(), str():
            return format_date(dt.date.fromisoformat(value))
        case _, bool():
            return "Yes" if value else "No"
        case _, int():
            return f"{value:,}"
    return str(value)


def referenced_ids(pairs: Iterable[tuple[FieldDefinition, CanonicalValue]]) -> set[UUID]:
    """Return the ids of everything that references and files among the values name."""
    ids: set[UUID] = set()
    for field, value in pairs:
        if isinstance(field, ReferenceField):
            ids.add(UUID(str(value)))
        elif isinstance(field, FileField) and isinstance(value, list):
            ids.update(map(UUID, value))
    return ids


async def names_by_id(organisation_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the names of an organisation's members, employers, programmes and files, in one statement."""
    if not ids:
        return {}
    return {record["id"]: record["name"] for record in await fetch(_NAMES, organisation_id, list(ids))}
