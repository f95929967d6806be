"""Conversion of tracker type definitions to and from the JSON documents that the database stores.

The keys of a document are attribute names, plus ``kind`` for each field. Attributes with their default value are omitted.
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
from services.forms.ilr_definitions import CodeCheck, decode_unit_rules


def definition_to_document(definition: TypeDefinition) -> dict[str, Any]:
    """Convert a definition to a JSON-compatible dict, with decimals and dates as strings."""
    document = _encode_attributes(definition)
    document["fields"] = [{"kind": field.kind.value} | _encode_attributes(field) for field in definition.fields]
    return document


def definition_from_document(document: Mapping[str, Any]) -> TypeDefinition:
    """Convert a document to a definition. Raises KeyError, TypeError or ValueError if the document is invalid."""
    return TypeDefinition(
        fields=tuple(_decode_field(entry) for entry in document["fields"]),
        precondition=tuple(ProgrammeStatus(status) for status in document.get("precondition", ())),
        effective_on=document.get("effective_on"),
        aims=tuple(document.get("aims", ())),
        effects=document.get("effects", {}),
        restarts=document.get("restarts"),
        codes=tuple(CodeCheck(**check) for check in document.get("codes", ())),
        units=decode_unit_rules(document.get("units")),
        rules=tuple(document.get("rules", ())),
    )


def _decode_field(document: Mapping[str, Any]) -> FieldDefinition:
    attributes = {name: _DECODERS.get(name, _identity)(value) for name, value in document.items() if name != "kind"}
    return FIELD_TYPES[FieldKind(document["kind"])](**attributes)


def _identity(value: Any) -> Any:
    return value


def _decode_date(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _decode_condition(document: Mapping[str, Any]) -> FieldCondition:
    return FieldCondition(field=document["field"], is_one_of=tuple(document["is_one_of"]))


def _decode_bounds(documents: list[dict[str, Any]]) -> tuple[DateBound, ...]:
    return tuple(DateBound(**(bound | {"date": _decode_date(bound.get("date"))})) for bound in documents)


def _decode_choice(document: dict[str, Any]) -> Choice:
    dates = {name: _decode_date(document.get(name)) for name in ("valid_from", "valid_to")}
    return Choice(**(document | dates))


_DECODERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "required_for": lambda statuses: tuple(TrackerStatus(status) for status in statuses),
        "visible_when": _decode_condition,
        "format": TextFormat,
        "minimum": Decimal,
        "maximum": Decimal,
        "earliest": _decode_bounds,
        "latest": _decode_bounds,
        "choices": lambda documents: tuple(_decode_choice(document) for document in documents),
        "target": ReferenceTarget,
        "accept": tuple,
    }
)


def _encode_attributes(item: Any) -> dict[str, Any]:
    attributes = {}
    for attribute in fields(item):
        value = getattr(item, attribute.name)
        default = attribute.default if attribute.default_factory is MISSING else attribute.default_factory()
        if value != default:
            attributes[attribute.name] = _encode(value)
    return attributes


def _encode(value: Any) -> Any:
    if is_dataclass(value):
        return _encode_attributes(value)
    if isinstance(value, Mapping):
        return {name: _encode(entry) for name, entry in value.items()}
    if isinstance(value, tuple | list):
        return [_encode(entry) for entry in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
