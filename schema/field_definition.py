"""GraphQL types for the field definitions of forms, one type for each kind of field."""

import datetime as dt
from decimal import Decimal
from typing import Any

import strawberry

from schema.enums import FieldKind, ReferenceTarget, TextFormat, TrackerStatus
from services.forms import definitions


@strawberry.type(description="Holds if the other field's value, or any that is chosen there, is one of a list.")
class FieldCondition:
    """GraphQL type for the condition under which a field is visible."""

    field: str = strawberry.field(description="The key of the other field, which comes earlier in the form.")
    is_one_of: list[str] = strawberry.field(description='Canonical texts of that field\'s value: `"true"`, `"LEGAL"`.')


@strawberry.interface(description="A field of a form: what to draw, and what is asked of its value.")
class FieldDefinition:
    """GraphQL interface that the field definitions of all kinds implement."""

    key: str = strawberry.field(description="What names the field in an entry's `values`.")
    label: str = strawberry.field(description="What people read beside it.")
    help: str | None = strawberry.field(description="What helps to fill it in.")
    kind: FieldKind = strawberry.field(description="What it holds.")
    required: bool = strawberry.field(description="Whether it must be filled on creation: the form's asterisk.")
    required_for: list[TrackerStatus] = strawberry.field(description="The statuses that it must be filled to enter.")
    visible_when: FieldCondition | None = strawberry.field(
        description="When it is shown; hidden otherwise, and then neither required nor accepted. Null: always."
    )


@strawberry.type(
    description="One end of the allowed range of a date: a day, today, or another field's day; moved by some days."
)
class DateBound:
    """GraphQL type for a lower or upper bound of a date field."""

    date: dt.date | None = strawberry.field(description="A fixed day.")
    today: bool = strawberry.field(description="Whether it is the present day in Europe/London.")
    field: str | None = strawberry.field(
        description="The key of the field whose day it is; while that is empty it does not bind."
    )
    offset_days: int = strawberry.field(description="How many days later; earlier if negative.")


@strawberry.type(description="A value of a choice field's list.")
class Choice:
    """GraphQL type for an option of a choice field."""

    value: str = strawberry.field(description="What is entered and kept.")
    label: str = strawberry.field(description="What people read.")
    valid_from: dt.date | None = strawberry.field(
        description="The first day on which it can be chosen, or of the ILR years whose lists have it."
    )
    valid_to: dt.date | None = strawberry.field(
        description="The last day on which it can be chosen, or of the ILR years whose lists have it."
    )


@strawberry.type(description="Text.")
class TextField(FieldDefinition):
    """GraphQL type for the definition of a text field."""

    multiline: bool = strawberry.field(description="Whether it has several lines.")
    min_length: int | None = strawberry.field(description="The fewest characters.")
    max_length: int = strawberry.field(description="The most characters.")
    format: TextFormat | None = strawberry.field(description="The rule that it follows.")
    pattern: str | None = strawberry.field(
        description="What the whole text must match, in the syntax common to RE2 and JavaScript."
    )
    pattern_hint: str | None = strawberry.field(
        description="What the pattern asks for, in words: `two capital letters and four digits`. Messages have it too."
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is a ``definitions.TextField``."""
        return isinstance(value, definitions.TextField)


@strawberry.type(description="A whole number.")
class IntegerField(FieldDefinition):
    """GraphQL type for the definition of an integer field."""

    minimum: Decimal | None = strawberry.field(description="The smallest value; whole.")
    maximum: Decimal | None = strawberry.field(description="The largest value; whole.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is a ``definitions.IntegerField``."""
        return isinstance(value, definitions.IntegerField)


@strawberry.type(description="A number with decimal places.")
class DecimalField(FieldDefinition):
    """GraphQL type for the definition of a decimal field."""

    minimum: Decimal | None = strawberry.field(description="The smallest value.")
    maximum: Decimal | None = strawberry.field(description="The largest value.")
    places: int = strawberry.field(description="The most decimal places.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is a ``definitions.DecimalField``."""
        return isinstance(value, definitions.DecimalField)


@strawberry.type(description="A day.")
class DateField(FieldDefinition):
    """GraphQL type for the definition of a date field."""

    earliest: list[DateBound] = strawberry.field(description="It may be before none of these.")
    latest: list[DateBound] = strawberry.field(description="It may be after none of these.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is a ``definitions.DateField``."""
        return isinstance(value, definitions.DateField)


@strawberry.type(description="Yes or no.")
class BooleanField(FieldDefinition):
    """GraphQL type for the definition of a boolean field."""

    default: bool | None = strawberry.field(description="What is taken on creation when the key is absent.")
    must_be_true: bool = strawberry.field(description="Whether it is a confirmation, which only yes fills.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is a ``definitions.BooleanField``."""
        return isinstance(value, definitions.BooleanField)


@strawberry.type(description="One or several of a list.")
class ChoiceField(FieldDefinition):
    """GraphQL type for the definition of a choice field."""

    choices: list[Choice] = strawberry.field(description="The list, in form order.")
    multiple: bool = strawberry.field(description="Whether several can be chosen.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is a ``definitions.ChoiceField``."""
        return isinstance(value, definitions.ChoiceField)


@strawberry.type(description="A member, an employer or a programme.")
class ReferenceField(FieldDefinition):
    """GraphQL type for the definition of a reference field."""

    target: ReferenceTarget = strawberry.field(description="What it points to.")
    confirmed_only: bool = strawberry.field(description="Of employers: whether only confirmed ones are taken.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is a ``definitions.ReferenceField``."""
        return isinstance(value, definitions.ReferenceField)


@strawberry.type(description="Uploaded files.")
class FileField(FieldDefinition):
    """GraphQL type for the definition of a file field."""

    accept: list[str] = strawberry.field(description="The media types that are taken.")
    max_bytes: int = strawberry.field(description="The most bytes of one file.")
    max_files: int = strawberry.field(description="The most files.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is a ``definitions.FileField``."""
        return isinstance(value, definitions.FileField)


FIELD_TYPES = [TextField, IntegerField, DecimalField, DateField, BooleanField, ChoiceField, ReferenceField, FileField]
