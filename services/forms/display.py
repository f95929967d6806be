"""Formatting of values for display, on trackers, in their history and in the changes that automations propose."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from models.database import fetch
from services.forms.definitions import ChoiceField, DateField, FieldDefinition, FileField, ReferenceField
from services.forms.kinds.types import CanonicalValue
from services.kernel.dates import format_date
from services.kernel.file_names import name_as

MISSING_NAME = "no longer there"
"""Displayed in place of the name of a deleted object."""

_SELECT_NAMES = """
SELECT id, name, '' AS media_type FROM member WHERE organisation_id = $1 AND id = ANY($2)
UNION ALL SELECT id, name, '' FROM employer WHERE organisation_id = $1 AND id = ANY($2)
UNION ALL SELECT id, name, '' FROM programme WHERE organisation_id = $1 AND id = ANY($2)
UNION ALL SELECT id, name, media_type FROM stored_file WHERE organisation_id = $1 AND id = ANY($2)
"""


def display_value(field: FieldDefinition, value: CanonicalValue, names: Mapping[UUID, str] | None = None) -> str:
    """Return a canonical value as display text. ``names`` has the names of referenced objects and files by id."""
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
    """Return the ids of all objects and files that the values refer to."""
    ids: set[UUID] = set()
    for field, value in pairs:
        if isinstance(field, ReferenceField):
            ids.add(UUID(str(value)))
        elif isinstance(field, FileField) and isinstance(value, list):
            ids.update(map(UUID, value))
    return ids


async def names_by_id(organisation_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Fetch the names of an organisation's members, employers, programmes and files with a single query."""
    if not ids:
        return {}
    records = await fetch(_SELECT_NAMES, organisation_id, list(ids))
    return {record["id"]: name_as(record["name"], record["media_type"]) for record in records}
