"""The JSON document that stores the definition of a tracker type's version, and the way back.

A document leaves out what has its default. Its keys are the attributes' names, and ``kind`` for each field.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from models import ProgrammeStatus, TrackerStatus
from services.forms.definitions import (
    FIELD_TYPES,
    Choice,
    DateBound,
    FieldCondition,
    FieldDefinition,
    FieldKind,
    ReferenceTarget,
    TextFormat,
    TypeDefinition,
)


def definition_to_document(definition: TypeDefinition) -> dict[str, Any]:
    """Return the definition as str, int, bool, list and dict; decimals and dates are text."""
    document = _plain_attributes(definition)
    document["fields"] = [{"kind": field.kind.value} | _plain_attributes(field) for field in definition.fields]
    return document


def definition_from_document(document: Mapping[str, Any]) -> TypeDefinition:
    """Return the definition that a document describes; raises KeyError, TypeError or ValueError for any other document."""
    return TypeDefinition(
        fields=tuple(_field(entry) for entry in document["fields"]),
        precondition=tuple(ProgrammeStatus(status) for status in document.get("precondition", ())),
        effective_on=document.get("effective_on"),
        aims=tuple(document.get("aims", ())),
        effects=document.get("effects", {}),
        restarts=document.get("restarts"),
    )


def _field(document: Mapping[str, Any]) -> FieldDefinition:
    attributes = {name: _DECODERS.get(name, _same)(value) for name, value in document.items() if name != "kind"}
    return FIELD_TYPES[FieldKind(document["kind"])](**attributes)


def _same(value: Any) -> Any:
    return value


def _date(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _condition(document: Mapping[str, Any]) -> FieldCondition:
    return FieldCondition(field=document["field"], is_one_of=tuple(document["is_one_of"]))


def _bounds(documents: list[dict[str, Any]]) -> tuple[DateBound, ...]:
    return tuple(DateBound(**(bound | {"date": _date(bound.get("date"))})) for bound in documents)


def _choice(document: dict[str, Any]) -> Choice:
    dates = {name: _date(document.get(name)) for name in ("valid_from", "valid_to")}
    return Choice(**(document | dates))


_DECODERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "required_for": lambda statuses: tuple(TrackerStatus(status) for status in statuses),
        "visible_when": _condition,
        "format": TextFormat,
        "minimum": Decimal,
        "maximum": Decimal,
        "earliest": _bounds,
        "latest": _bounds,
        "choices": lambda documents: tuple(_choice(document) for document in documents),
        "target": ReferenceTarget,
        "accept": tuple,
    }
)


def _plain_attributes(item: Any) -> dict[str, Any]:
    attributes = {}
    for attribute in fields(item):
        value = getattr(item, attribute.name)
        default = attribute.default if attribute.default_factory is MISSING else attribute.default_factory()
        if value != default:
            attributes[attribute.name] = _plain(value)
    return attributes


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _plain_attributes(value)
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
