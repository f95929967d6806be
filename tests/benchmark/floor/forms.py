"""Forms and values as the floor answers them: each form is encoded once, and each version's values by a list of functions."""

import datetime as dt
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from services.forms import definitions
from services.forms.documents import definition_from_document

Json = dict[str, Any]
MONTHS = ("", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip


def global_id(kind: str, row_id: object) -> str:
    """Return Relay's global id of a row."""
    return urlsafe_b64encode(f"{kind}:{row_id}".encode()).decode().rstrip("=")


class Forms:
    """The forms that have been read, by the id of the type's version."""

    def __init__(self) -> None:
        self.definitions: dict[UUID, definitions.TypeDefinition] = {}
        self._encoded: dict[UUID, orjson.Fragment] = {}
        self._values: dict[UUID, Sequence[tuple[str, Callable[..., Json]]]] = {}

    async def read(self, connection: Any, version_ids: set[UUID]) -> None:
        """Read the versions that have not been read yet."""
        missing = version_ids - self._values.keys()
        if not missing:
            return
        statement = "SELECT id, definition FROM tracker_type_version WHERE id = ANY($1)"
        for record in await connection.fetch(statement, list(missing)):
            definition = definition_from_document(orjson.loads(record["definition"]))
            self.definitions[record["id"]] = definition
            self._encoded[record["id"]] = orjson.Fragment(orjson.dumps([_field(field) for field in definition.fields]))
            self._values[record["id"]] = [
                (field.key, partial(_VALUES[field.kind], field)) for field in definition.fields
            ]

    def fields(self, version_id: UUID) -> orjson.Fragment:
        """Return the form of a version as JSON."""
        return self._encoded[version_id]

    def values(self, version_id: UUID, stored: Json, names: Mapping[str, str]) -> list[Json]:
        """Return the filled values of a tracker, in the order of the form."""
        return [make(stored[key], names) for key, make in self._values[version_id] if key in stored]

    def references(self, version_id: UUID, stored: Json) -> list[str]:
        """Return the ids of the objects that a tracker's values refer to."""
        fields = self.definitions[version_id].fields
        return [stored[field.key] for field in fields if field.kind == "REFERENCE" and field.key in stored]


def _field(field: Any) -> Json:
    condition = field.visible_when
    common = {
        "__typename": type(field).__name__,
        "key": field.key,
        "label": field.label,
        "help": field.help,
        "kind": field.kind,
        "required": field.required,
        "requiredFor": field.required_for,
        "visibleWhen": condition and {"field": condition.field, "isOneOf": condition.is_one_of},
    }
    names = {name: attribute for name, attribute in _ATTRIBUTES.items() if hasattr(field, attribute)}
    return common | {name: _attribute(getattr(field, attribute)) for name, attribute in names.items()}


_ATTRIBUTES = {
    "multiline": "multiline", "minLength": "min_length", "maxLength": "max_length", "format": "format",
    "pattern": "pattern", "patternHint": "pattern_hint", "minimum": "minimum", "maximum": "maximum", "places": "places",
    "earliest": "earliest", "latest": "latest", "default": "default", "mustBeTrue": "must_be_true", "choices": "choices",
    "multiple": "multiple", "target": "target", "confirmedOnly": "confirmed_only", "accept": "accept",
    "maxBytes": "max_bytes", "maxFiles": "max_files",
}  # fmt: skip


def _attribute(value: Any) -> Any:
    match value:
        case definitions.Choice():
            return {
                "value": value.value,
                "label": value.label,
                "validFrom": value.valid_from,
                "validTo": value.valid_to,
            }
        case definitions.DateBound():
            return {"date": value.date, "today": value.today, "field": value.field, "offsetDays": value.offset_days}
        case tuple():
            return [_attribute(entry) for entry in value]
        case bool() | int() | str() | None:
            return value
    return f"{value:f}"


def _text(field: Any, value: str, _: Mapping[str, str]) -> Json:
    return {"key": field.key, "label": field.label, "display": value, "text": value}


def _decimal(field: Any, value: str, _: Mapping[str, str]) -> Json:
    return {"key": field.key, "label": field.label, "display": value, "decimal": value}


def _date(field: Any, value: str, _: Mapping[str, str]) -> Json:
    day = dt.date.fromisoformat(value)
    display = f"{day.day} {MONTHS[day.month]} {day.year}"
    return {"key": field.key, "label": field.label, "display": display, "date": value}


def _choices(field: Any, value: list[str], _: Mapping[str, str]) -> Json:
    chosen = [choice for choice in field.choices if choice.value in value]
    return {
        "key": field.key,
        "label": field.label,
        "display": ", ".join([choice.label for choice in chosen]),
        "choices": [{"value": choice.value, "label": choice.label} for choice in chosen],
    }


def _reference(field: Any, value: str, names: Mapping[str, str]) -> Json:
    node = {"id": global_id(field.target.title(), value)}
    return {"key": field.key, "label": field.label, "display": names[value], "node": node}


_VALUES: dict[str, Callable[..., Json]] = {
    "TEXT": _text, "DECIMAL": _decimal, "DATE": _date, "CHOICE": _choices, "REFERENCE": _reference,
    "BOOLEAN": _text, "INTEGER": _text, "FILE": _text,
}  # fmt: skip
"""The measured data has values of the first five kinds alone."""
