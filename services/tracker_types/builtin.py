"""The tracker types that every organisation has, read from ``builtin_types.toml``."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from models import TrackerCategory
from services.forms.definitions import TypeDefinition
from services.forms.documents import definition_from_document


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltinType:
    """A tracker type of every organisation; a process automation only where it is enabled."""

    key: str
    name: str
    category: TrackerCategory
    description: str
    definition: TypeDefinition


def load() -> tuple[BuiltinType, ...]:
    """The built-in types, in the order of lists."""
    document = tomllib.loads(files("services.tracker_types").joinpath("builtin.toml").read_text("utf-8"))
    return tuple(_builtin_type(entry) for entry in document["type"])


def _builtin_type(entry: dict[str, Any]) -> BuiltinType:
    return BuiltinType(
        key=entry["key"],
        name=entry["name"],
        category=TrackerCategory(entry["category"]),
        description=entry["description"],
        definition=definition_from_document(entry | {"fields": [_field(field) for field in entry["fields"]]}),
    )


def _field(field: dict[str, Any]) -> dict[str, Any]:
    if "choices" not in field:
        return field
    pairs = [choice.split(":", 1) for choice in field["choices"]]
    return field | {"choices": [{"value": value, "label": label} for value, label in pairs]}
