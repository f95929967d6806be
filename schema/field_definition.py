"""The fields of a tracker type's form, one type for each kind."""

import datetime as dt
from decimal import Decimal
from typing import Any

import strawberry

from schema.enums import FieldKind, ReferenceTarget, TextFormat, TrackerStatus
from services.forms import definitions


@strawberry.type(description="Holds if the other field's value, or any that is chosen there, is one of a list.")
class FieldCondition:
    """The fields of a condition that the API shows."""

    field: str = strawberry.field(description="The key of the other field, which comes earlier in the form.")
    is_one_of: list[str] = strawberry.field(description='Canonical texts of that field\'s value: `"true"`, `"LEGAL"`.')


@strawberry.interface(description="A field of a form: what to draw, and what is asked of its value.")
class FieldDefinition:
    """The interface of the fields of every kind."""

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
    """The whitelist over a date's bound."""

    date: dt.date | None = strawberry.field(description="A fixed day.")
    today: bool = strawberry.field(description="Whether it is the present day in Europe/London.")
    field: str | None = strawberry.field(
        description="The key of the field whose day it is; while that is empty it does not bind."
    )
    offset_days: int = strawberry.field(description="How many days later; earlier if negative.")


@strawberry.type(description="A value of a choice field's list.")
class Choice:
    """The fields of a choice that the API shows."""

    value: str = strawberry.field(description="What is entered and kept.")
    label: str = strawberry.field(description="What people read.")
    valid_from: dt.date | None = strawberry.field(description="The first day on which it can be chosen.")
    valid_to: dt.date | None = strawberry.field(description="The last day on which it can be chosen.")


@strawberry.type(description="Text.")
class TextField(FieldDefinition):
    """The fields of a text field that the API shows."""

    multiline: bool = strawberry.field(description="Whether it has several lines.")
    min_length: int | None = strawberry.field(description="The fewest characters.")
    max_length: int = strawberry.field(description="The most characters.")
    format: TextFormat | None = strawberry.field(description="The rule that it follows.")
    pattern: str | None = strawberry.field(
        description="What the whole text must match, in the syntax common to RE2 and JavaScript."
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is the definition of a text field."""
        return isinstance(value, definitions.TextField)


@strawberry.type(description="A whole number.")
class IntegerField(FieldDefinition):
    """The fields of an integer field that the API shows."""

    minimum: Decimal | None = strawberry.field(description="The smallest value; whole.")
    maximum: Decimal | None = strawberry.field(description="The largest value; whole.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is the definition of an integer field."""
        return isinstance(value, definitions.IntegerField)


@strawberry.type(description="A number with decimal places.")
class DecimalField(FieldDefinition):
    """The fields of a decimal field that the API shows."""

    minimum: Decimal | None = strawberry.field(description="The smallest value.")
    maximum: Decimal | None = strawberry.field(description="The largest value.")
    places: int = strawberry.field(description="The most decimal places.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is the definition of a decimal field."""
        return isinstance(value, definitions.DecimalField)


@strawberry.type(description="A day.")
class DateField(FieldDefinition):
    """The fields of a date field that the API shows."""

    earliest: list[DateBound] = strawberry.field(description="It may be before none of these.")
    latest: list[DateBound] = strawberry.field(description="It may be after none of these.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is the definition of a date field."""
        return isinstance(value, definitions.DateField)


@strawberry.type(description="Yes or no.")
class BooleanField(FieldDefinition):
    """The fields of a boolean field that the API shows."""

    default: bool | None = strawberry.field(description="What is taken on creation when the key is absent.")
    must_be_true: bool = strawberry.field(description="Whether it is a confirmation, which only yes fills.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is the definition of a boolean field."""
        return isinstance(value, definitions.BooleanField)


@strawberry.type(description="One or several of a list.")
class ChoiceField(FieldDefinition):
    """The fields of a choice field that the API shows."""

    choices: list[Choice] = strawberry.field(description="The list, in form order.")
    multiple: bool = strawberry.field(description="Whether several can be chosen.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is the definition of a choice field."""
        return isinstance(value, definitions.ChoiceField)


@strawberry.type(description="A member, an employer or a programme.")
class ReferenceField(FieldDefinition):
    """The fields of a reference field that the API shows."""

    target: ReferenceTarget = strawberry.field(description="What it points to.")
    confirmed_only: bool = strawberry.field(description="Of employers: whether only confirmed ones are taken.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is the definition of a reference field."""
        return isinstance(value, definitions.ReferenceField)


@strawberry.type(description="Uploaded files.")
class FileField(FieldDefinition):
    """The fields of a file field that the API shows."""

    accept: list[str] = strawberry.field(description="The media types that are taken.")
    max_bytes: int = strawberry.field(description="The most bytes of one file.")
    max_files: int = strawberry.field(description="The most files.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is the definition of a file field."""
        return isinstance(value, definitions.FileField)


FIELD_TYPES = [TextField, IntegerField, DecimalField, DateField, BooleanField, ChoiceField, ReferenceField, FileField]
