"""GraphQL types for the field values of trackers, one type for each kind of field."""

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any

import strawberry

import models
from schema.context import Info
from schema.declaration.fields import resolved_field, then
from schema.declaration.relay import Node
from schema.field_definition import Choice
from schema.file import File
from schema.reading.selection import shown_columns
from services.forms import values
from services.forms.display import MISSING_NAME
from services.row_selection import RowSelection


@strawberry.interface(description="The value of a filled field.")
class FieldValue:
    """GraphQL interface that the values of all kinds implement."""

    key: str = strawberry.field(description="The field's key.")
    label: str = strawberry.field(description="The field's label.")
    display: str = strawberry.field(description="The value as a person would read it.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is one of this kind: its class has the same name."""
        return type(value).__name__ == cls.__name__


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


@cache
def referenced_columns() -> tuple[RowSelection[Any], ...]:
    """Return what is read of the rows that values refer to: all that is shown, for ``display`` and any ``node``."""
    return shown_columns(models.Member), shown_columns(models.Employer), shown_columns(models.Programme)


def _node(root: strawberry.Parent[values.ReferenceValue], info: Info) -> Any:
    return then(info.context.loaders.references(referenced_columns()).load(root.reference), _itself)


def _itself(row: Any) -> Any:
    return row


def _display(root: strawberry.Parent[values.ReferenceValue], info: Info) -> Any:
    return then(info.context.loaders.references(referenced_columns()).load(root.reference), _name)


def _name(row: Any) -> str:
    return MISSING_NAME if row is None else row.name


@strawberry.type(description="A member, an employer or a programme.")
class ReferenceValue(FieldValue):
    """GraphQL type for the value of a reference field. Its ``display`` is the current name of the referenced object."""

    display: str = resolved_field(_display, "The name of what it points to.")
    node: Node | None = resolved_field(_node, "What it points to; null if that is no longer there.")


def _files(root: strawberry.Parent[values.FileValue], info: Info) -> Any:
    files = info.context.loaders.files.load_many(root.file_ids)
    return then(files, lambda files: [file for file in files if file is not None])


def _file_names(root: strawberry.Parent[values.FileValue], info: Info) -> Any:
    files = info.context.loaders.files.load_many(root.file_ids)
    return then(files, lambda files: ", ".join(map(_name, files)))


@strawberry.type(description="Uploaded files.")
class FileValue(FieldValue):
    """GraphQL type for the value of a file field."""

    display: str = resolved_field(_file_names, "The files' names.")
    files: list[File] = resolved_field(_files, "The files, in the order in which they were attached.")


VALUE_TYPES = [TextValue, IntegerValue, DecimalValue, DateValue, BooleanValue, ChoiceValue, ReferenceValue, FileValue]
