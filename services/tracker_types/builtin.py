"""The built-in tracker types: loading them from ``builtin.toml``, and storing them in the database."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from models import TrackerCategory, TrackerType, TrackerTypeVersion
from models.database import fetch, transaction
from services.forms.definitions import TypeDefinition
from services.forms.documents import definition_from_document, definition_to_document
from services.ilr.code_lists import Code, codes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltinType:
    """A tracker type available to every organisation, or to those that have enabled it if it is a process automation."""

    key: str
    name: str
    category: TrackerCategory
    description: str
    definition: TypeDefinition


def load_builtin_types() -> tuple[BuiltinType, ...]:
    """Load the built-in types of this release, in display order."""
    return parse_builtin_types(files("services.tracker_types").joinpath("builtin.toml").read_text("utf-8"))


def parse_builtin_types(text: str) -> tuple[BuiltinType, ...]:
    """Return the types in the text of a file like ``builtin.toml``."""
    return tuple(_parse_type(entry) for entry in tomllib.loads(text)["type"])


async def write_builtin_types(types: Sequence[BuiltinType] | None = None) -> list[str]:
    """Update the built-in types in the database to ``types``, by default those of this release.

    Returns the keys of those that differed.

    A definition that differs from the type's newest version is stored as a new version. Existing trackers keep the
    version that they were created with.
    """
    async with transaction():
        await fetch("SELECT pg_advisory_xact_lock(hashtext('trackers built-in types'))")
        rows = enumerate(load_builtin_types() if types is None else types)
        return [builtin_type.key for position, builtin_type in rows if await _write_type(builtin_type, position)]


async def _write_type(builtin_type: BuiltinType, position: int) -> bool:
    """Update a built-in type in the database; return whether its definition differed."""
    document = definition_to_document(builtin_type.definition)
    columns: dict[str, Any] = {
        "name": builtin_type.name,
        "description": builtin_type.description,
        "position": position,
    }
    row = await TrackerType.get_or_none(organisation_id=None, key=builtin_type.key)
    if row is None:
        row = await TrackerType.create(key=builtin_type.key, category=builtin_type.category, version=0, **columns)
    newest = await TrackerTypeVersion.get_or_none(type_id=row.id, version=row.version)
    is_new = newest is None or newest.definition != document
    if is_new:
        row.version += 1
        await TrackerTypeVersion.create(type_id=row.id, version=row.version, definition=document)
    await row.update_from_dict(columns).save()
    return is_new


def _parse_type(entry: dict[str, Any]) -> BuiltinType:
    return BuiltinType(
        key=entry["key"],
        name=entry["name"],
        category=TrackerCategory(entry["category"]),
        description=entry["description"],
        definition=definition_from_document(entry | {"fields": [_parse_field(field) for field in entry["fields"]]}),
    )


def _parse_field(field: dict[str, Any]) -> dict[str, Any]:
    """Return the document of a field, splitting its ``value:label`` choices, or with the ILR's list as its choices."""
    if "choices_of" in field:
        choices = [_choice(code) for code in codes_of(field["choices_of"])]
        return {name: value for name, value in field.items() if name != "choices_of"} | {"choices": choices}
    if "choices" not in field:
        return field
    pairs = [choice.split(":", 1) for choice in field["choices"]]
    return field | {"choices": [{"value": value, "label": label} for value, label in pairs]}


def _choice(code: Code) -> dict[str, Any]:
    days = {"valid_from": code.valid_from, "valid_to": code.valid_to}
    label = code.meaning[0].upper() + code.meaning[1:]
    return {"value": str(code.value), "label": label} | {name: day.isoformat() for name, day in days.items() if day}
