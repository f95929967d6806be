"""A value as a person would read it: on a tracker, in its history, in what an automation proposes."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from models.database import fetch
from services.forms.definitions import ChoiceField, DateField, FieldDefinition, FileField, ReferenceField
from services.forms.kinds import CanonicalValue
from services.kernel.dates import format_date

GONE = "no longer there"
"""Stands for the name of what a value points to once that is not there any more."""

_NAMES = """
SELECT id, name FROM member WHERE organisation_id = $1 AND id = ANY($2)
UNION ALL SELECT id, name FROM employer WHERE organisation_id = $1 AND id = ANY($2)
UNION ALL SELECT id, name FROM programme WHERE organisation_id = $1 AND id = ANY($2)
UNION ALL SELECT id, name FROM stored_file WHERE organisation_id = $1 AND id = ANY($2)
"""


def worded(field: FieldDefinition, value: CanonicalValue, names: Mapping[UUID, str] | None = None) -> str:
    """A canonical value in words. ``names`` has the names of what references and files point to: see ``names_of``."""
    match field, value:
        case ReferenceField(), str():
            return (names or {}).get(UUID(value), GONE)
        case FileField(), list():
            return ", ".join((names or {}).get(UUID(one), GONE) for one in value)
        case ChoiceField(), list():
            return ", ".join(choice.label for choice in field.choices if choice.value in value)
        case DateField(), str():
            return format_date(dt.date.fromisoformat(value))
        case _, bool():
            return "Yes" if value else "No"
        case _, int():
            return f"{value:,}"
    return str(value)


def pointed_to(pairs: Iterable[tuple[FieldDefinition, CanonicalValue]]) -> set[UUID]:
    """The ids of everything that values point to."""
    found: set[UUID] = set()
    for field, value in pairs:
        if isinstance(field, ReferenceField):
            found.add(UUID(str(value)))
        elif isinstance(field, FileField) and isinstance(value, list):
            found.update(map(UUID, value))
    return found


async def names_of(organisation_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The names of an organisation's members, employers, programmes and files, in one statement."""
    if not ids:
        return {}
    return {record["id"]: record["name"] for record in await fetch(_NAMES, organisation_id, list(ids))}
