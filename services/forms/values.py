"""The values of a tracker's filled fields, ready to be shown, made by readers that are prepared once a version.

The classes have the names of the GraphQL types that expose them.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.forms.definitions import Choice, ChoiceField, FieldDefinition, FieldKind, TypeDefinition
from services.forms.kinds.types import CanonicalValue
from services.kernel.dates import format_date


@dataclass(slots=True)
class TextValue:
    """The value of a text field. ``display`` is, as in all these classes, what people read."""

    key: str
    label: str
    display: str
    text: str


@dataclass(slots=True)
class IntegerValue:
    """The value of an integer field."""

    key: str
    label: str
    display: str
    integer: int


@dataclass(slots=True)
class DecimalValue:
    """The value of a decimal field."""

    key: str
    label: str
    display: str
    decimal: Decimal


@dataclass(slots=True)
class DateValue:
    """The value of a date field."""

    key: str
    label: str
    display: str
    date: dt.date


@dataclass(slots=True)
class BooleanValue:
    """The value of a boolean field."""

    key: str
    label: str
    display: str
    boolean: bool


@dataclass(slots=True)
class ChoiceValue:
    """The value of a choice field: what was chosen, in the order of the form."""

    key: str
    label: str
    display: str
    choices: Sequence[Choice]


@dataclass(slots=True)
class ReferenceValue:
    """The value of a reference field, to be shown by the name of what it refers to."""

    key: str
    label: str
    reference: UUID


@dataclass(slots=True)
class FileValue:
    """The value of a file field, to be shown by the names of the files."""

    key: str
    label: str
    file_ids: Sequence[UUID]


Value = TextValue | IntegerValue | DecimalValue | DateValue | BooleanValue | ChoiceValue | ReferenceValue | FileValue
ValueReader = Callable[[Any], Value]


def value_readers(definition: TypeDefinition) -> Sequence[tuple[str, ValueReader]]:
    """Return the key of each field with the function that makes its value from the stored one, in form order."""
    return [(field.key, _READERS[field.kind](field)) for field in definition.fields]


def read_values(readers: Sequence[tuple[str, ValueReader]], stored_values: Mapping[str, CanonicalValue]) -> list[Value]:
    """Return the values of the fields that are filled in, in the order of the form."""
    return [read(stored_values[key]) for key, read in readers if key in stored_values]


def _text(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label
    return lambda text: TextValue(key, label, text, text)


def _integer(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label
    return lambda number: IntegerValue(key, label, f"{number:,}", number)


def _decimal(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label
    return lambda text: DecimalValue(key, label, text, Decimal(text))


def _date(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label

    def read(text: str) -> DateValue:
        day = dt.date.fromisoformat(text)
        return DateValue(key, label, format_date(day), day)

    return read


def _boolean(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label
    return lambda value: BooleanValue(key, label, "Yes" if value else "No", value)


def _choice(field: FieldDefinition) -> ValueReader:
    assert isinstance(field, ChoiceField)
    key, label = field.key, field.label
    positions = {choice.value: n for n, choice in enumerate(field.choices)}
    choices = field.choices

    def read(chosen: list[str]) -> ChoiceValue:
        found = [choices[n] for n in sorted({positions[value] for value in chosen if value in positions})]
        return ChoiceValue(key, label, ", ".join([choice.label for choice in found]), found)

    return read


def _reference(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label
    return lambda row_id: ReferenceValue(key, label, UUID(row_id))


def _files(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label
    return lambda file_ids: FileValue(key, label, [UUID(file_id) for file_id in file_ids])


_READERS: Mapping[FieldKind, Callable[[FieldDefinition], ValueReader]] = {
    FieldKind.TEXT: _text,
    FieldKind.INTEGER: _integer,
    FieldKind.DECIMAL: _decimal,
    FieldKind.DATE: _date,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.CHOICE: _choice,
    FieldKind.REFERENCE: _reference,
    FieldKind.FILE: _files,
}
