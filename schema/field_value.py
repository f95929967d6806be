"""GraphQL types for the field values of trackers, one type for each kind of field."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from schema.context import Info
from schema.field_definition import Choice
from schema.fields import resolved_field
from schema.file import File
from schema.relay import Node
from services.forms import definitions
from services.forms.display import MISSING_NAME, display_value
from services.forms.kinds.types import CanonicalValue
from services.tracker_types.versions import TypeVersion


@strawberry.interface(description="The value of a filled field.")
class FieldValue:
    """GraphQL interface that the values of all kinds implement."""

    key: str = strawberry.field(description="The field's key.")
    label: str = strawberry.field(description="The field's label.")
    display: str = strawberry.field(description="The value as a person would read it.")


@strawberry.type(description="A text.")
class TextValue(FieldValue):
    """GraphQL type for the value of a text field."""

    text: str = strawberry.field(description="The text.")


@strawberry.type(description="A whole number.")
class IntegerValue(FieldValue):
    """GraphQL type for the value of an integer field."""

    integer: int = strawberry.field(description="The number.")


@strawberry.type(description="A number with decimal places.")
class DecimalValue(FieldValue):
    """GraphQL type for the value of a decimal field."""

    decimal: Decimal = strawberry.field(description="The number.")


@strawberry.type(description="A day.")
class DateValue(FieldValue):
    """GraphQL type for the value of a date field."""

    date: dt.date = strawberry.field(description="The day.")


@strawberry.type(description="Yes or no.")
class BooleanValue(FieldValue):
    """GraphQL type for the value of a boolean field."""

    boolean: bool = strawberry.field(description="True for yes.")


@strawberry.type(description="What was chosen.")
class ChoiceValue(FieldValue):
    """GraphQL type for the value of a choice field."""

    choices: list[Choice] = strawberry.field(description="The chosen entries of the list, in form order.")


async def _node(root: strawberry.Parent[Any], info: Info) -> Any:
    return await info.context.loaders.references.load(root.reference)


async def _display(root: strawberry.Parent[Any], info: Info) -> str:
    reference = await info.context.loaders.references.load(root.reference)
    return MISSING_NAME if reference is None else reference.name


@strawberry.type(description="A member, an employer or a programme.")
class ReferenceValue(FieldValue):
    """GraphQL type for the value of a reference field. Its ``display`` is the current name of the referenced object."""

    reference: strawberry.Private[UUID]
    display: str = resolved_field(_display, "The name of what it points to.")
    node: Node | None = resolved_field(_node, "What it points to; null if that is no longer there.")


async def _files(root: strawberry.Parent[Any], info: Info) -> list[Any]:
    files = await info.context.loaders.files.load_many(root.file_ids)
    return [file for file in files if file is not None]


async def _file_names(root: strawberry.Parent[Any], info: Info) -> str:
    files = await info.context.loaders.files.load_many(root.file_ids)
    return ", ".join(MISSING_NAME if file is None else file.name for file in files)


@strawberry.type(description="Uploaded files.")
class FileValue(FieldValue):
    """GraphQL type for the value of a file field."""

    file_ids: strawberry.Private[list[UUID]]
    display: str = resolved_field(_file_names, "The files' names.")
    files: list[File] = resolved_field(_files, "The files, in the order in which they were attached.")


VALUE_TYPES = [TextValue, IntegerValue, DecimalValue, DateValue, BooleanValue, ChoiceValue, ReferenceValue, FileValue]


def _field_value(field: definitions.FieldDefinition, value: CanonicalValue) -> FieldValue | None:
    common_fields: Any = {"key": field.key, "label": field.label}
    if isinstance(field, definitions.ReferenceField):
        return ReferenceValue(**common_fields, reference=UUID(str(value)))
    if isinstance(field, definitions.FileField) and isinstance(value, list):
        return FileValue(**common_fields, file_ids=[UUID(file_id) for file_id in value])
    common_fields["display"] = display_value(field, value)
    match field, value:
        case definitions.TextField(), str():
            return TextValue(**common_fields, text=value)
        case definitions.BooleanField(), bool():
            return BooleanValue(**common_fields, boolean=value)
        case definitions.IntegerField(), int():
            return IntegerValue(**common_fields, integer=value)
        case definitions.DecimalField(), str():
            return DecimalValue(**common_fields, decimal=Decimal(value))
        case definitions.DateField(), str():
            return DateValue(**common_fields, date=dt.date.fromisoformat(value))
        case definitions.ChoiceField(), list():
            selected_choices: Any = [choice for choice in field.choices if choice.value in value]
            return ChoiceValue(**common_fields, choices=selected_choices)
    return None


def field_values(type_version: TypeVersion, stored_values: Mapping[str, CanonicalValue]) -> list[FieldValue]:
    """Return the values of the fields that a tracker has filled in, in the order of the form."""
    fields = (field for field in type_version.definition.fields if field.key in stored_values)
    values = (_field_value(field, stored_values[field.key]) for field in fields)
    return [value for value in values if value is not None]
