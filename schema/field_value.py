"""The values of a tracker, one type for each kind of field."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from schema.context import Info
from schema.field_definition import Choice
from schema.fields import edge
from schema.file import File
from schema.relay import Node
from services.forms import definitions
from services.forms.display import GONE, worded
from services.forms.kinds import CanonicalValue
from services.tracker_types.catalogue import TypeVersion


@strawberry.interface(description="The value of a filled field.")
class FieldValue:
    """What the values of every kind share."""

    key: str = strawberry.field(description="The field's key.")
    label: str = strawberry.field(description="The field's label.")
    display: str = strawberry.field(description="The value as a person would read it.")


@strawberry.type(description="A text.")
class TextValue(FieldValue):
    """A text field's value."""

    text: str = strawberry.field(description="The text.")


@strawberry.type(description="A whole number.")
class IntegerValue(FieldValue):
    """An integer field's value."""

    integer: int = strawberry.field(description="The number.")


@strawberry.type(description="A number with decimal places.")
class DecimalValue(FieldValue):
    """A decimal field's value."""

    decimal: Decimal = strawberry.field(description="The number.")


@strawberry.type(description="A day.")
class DateValue(FieldValue):
    """A date field's value."""

    date: dt.date = strawberry.field(description="The day.")


@strawberry.type(description="Yes or no.")
class BooleanValue(FieldValue):
    """A boolean field's value."""

    boolean: bool = strawberry.field(description="True for yes.")


@strawberry.type(description="What was chosen.")
class ChoiceValue(FieldValue):
    """A choice field's value."""

    choices: list[Choice] = strawberry.field(description="The chosen entries of the list, in form order.")


async def _node(root: strawberry.Parent[Any], info: Info) -> Any:
    return await info.context.loaders.neighbours.load(root.reference)


async def _display(root: strawberry.Parent[Any], info: Info) -> str:
    neighbour = await info.context.loaders.neighbours.load(root.reference)
    return neighbour.name if neighbour is not None else GONE


@strawberry.type(description="A member, an employer or a programme.")
class ReferenceValue(FieldValue):
    """A reference field's value; its display is the name that the object has now."""

    reference: strawberry.Private[UUID]
    display: str = edge(_display, "The name of what it points to.")
    node: Node | None = edge(_node, "What it points to; null if that is no longer there.")


async def _files(root: strawberry.Parent[Any], info: Info) -> list[Any]:
    found = await info.context.loaders.files.load_many(root.file_ids)
    return [file for file in found if file is not None]


async def _names(root: strawberry.Parent[Any], info: Info) -> str:
    found = await info.context.loaders.files.load_many(root.file_ids)
    return ", ".join(GONE if file is None else file.name for file in found)


@strawberry.type(description="Uploaded files.")
class FileValue(FieldValue):
    """A file field's value."""

    file_ids: strawberry.Private[list[UUID]]
    display: str = edge(_names, "The files' names.")
    files: list[File] = edge(_files, "The files, in the order in which they were attached.")


VALUE_TYPES = [TextValue, IntegerValue, DecimalValue, DateValue, BooleanValue, ChoiceValue, ReferenceValue, FileValue]


def _value(field: definitions.FieldDefinition, value: CanonicalValue) -> FieldValue | None:
    about: Any = {"key": field.key, "label": field.label}
    if isinstance(field, definitions.ReferenceField):
        return ReferenceValue(**about, reference=UUID(str(value)))
    if isinstance(field, definitions.FileField) and isinstance(value, list):
        return FileValue(**about, file_ids=[UUID(one) for one in value])
    about["display"] = worded(field, value)
    match field, value:
        case definitions.TextField(), str():
            return TextValue(**about, text=value)
        case definitions.BooleanField(), bool():
            return BooleanValue(**about, boolean=value)
        case definitions.IntegerField(), int():
            return IntegerValue(**about, integer=value)
        case definitions.DecimalField(), str():
            return DecimalValue(**about, decimal=Decimal(value))
        case definitions.DateField(), str():
            return DateValue(**about, date=dt.date.fromisoformat(value))
        case definitions.ChoiceField(), list():
            chosen: Any = [choice for choice in field.choices if choice.value in value]
            return ChoiceValue(**about, choices=chosen)
    return None


def values_of(form: TypeVersion, stored: Mapping[str, CanonicalValue]) -> list[FieldValue]:
    """The filled fields of a tracker, in form order."""
    found = (_value(field, stored[field.key]) for field in form.definition.fields if field.key in stored)
    return [value for value in found if value is not None]
