"""The values of a tracker's filled fields, ready to be shown, made by readers that are prepared once a version.

The classes have the names of the GraphQL types that expose them.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from services.forms.definitions import Choice, ChoiceField, FieldDefinition, FieldKind, TypeDefinition
from services.forms.kinds.types import CanonicalValue
from services.kernel.dates import format_date


class TextValue(NamedTuple):
    """The value of a text field. ``display`` is, as in all these classes, what people read."""

    key: str
    label: str
    display: str
    text: str


class IntegerValue(NamedTuple):
    """The value of an integer field."""

    key: str
    label: str
    display: str
    integer: int


class DecimalValue(NamedTuple):
    """The value of a decimal field."""

    key: str
    label: str
    display: str
    decimal: Decimal


class DateValue(NamedTuple):
    """The value of a date field."""

    key: str
    label: str
    display: str
    date: dt.date


class BooleanValue(NamedTuple):
    """The value of a boolean field."""

    key: str
    label: str
    display: str
    boolean: bool


class ChoiceValue(NamedTuple):
    """The value of a choice field: what was chosen, in the order of the form."""

    key: str
    label: str
    display: str
    choices: Sequence[Choice]


class ReferenceValue(NamedTuple):
    """The value of a reference field, to be shown by the name of what it refers to."""

    key: str
    label: str
    reference: UUID


class FileValue(NamedTuple):
    """The value of a file field, to be shown by the names of the files."""

    key: str
    label: str
    file_ids: Sequence[UUID]


_new = tuple.__new__
"""Makes a value of a class and a tuple: a third of the time of calling the class, for hundreds of values a page."""

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
    return lambda text: _new(TextValue, (key, label, text, text))


def _integer(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label
    return lambda number: _new(IntegerValue, (key, label, f"{number:,}", number))


def _decimal(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label
    return lambda text: _new(DecimalValue, (key, label, text, Decimal(text)))


def _date(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label

    def read(text: str) -> DateValue:
        day, display = _day(text)
        return _new(DateValue, (key, label, display, day))

    return read


@lru_cache(maxsize=20_000)
def _day(text: str) -> tuple[dt.date, str]:
    """Return a day, and how people read it: some days occur in very many trackers."""
    day = dt.date.fromisoformat(text)
    return day, format_date(day)


def _boolean(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label
    return lambda value: _new(BooleanValue, (key, label, "Yes" if value else "No", value))


def _choice(field: FieldDefinition) -> ValueReader:
    assert isinstance(field, ChoiceField)
    key, label = field.key, field.label
    positions = {choice.value: n for n, choice in enumerate(field.choices)}
    choices = field.choices

    def read(chosen: list[str]) -> ChoiceValue:
        found = [choices[n] for n in sorted({positions[value] for value in chosen if value in positions})]
        return _new(ChoiceValue, (key, label, ", ".join([choice.label for choice in found]), found))

    return read


def _reference(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label
    return lambda row_id: _new(ReferenceValue, (key, label, _row_id(row_id)))


@lru_cache(maxsize=20_000)
def _row_id(text: str) -> UUID:
    """Return the id of a row: some employers and programmes occur in very many trackers."""
    return UUID(text)


def _files(field: FieldDefinition) -> ValueReader:
    key, label = field.key, field.label
    return lambda file_ids: _new(FileValue, (key, label, [UUID(file_id) for file_id in file_ids]))


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
