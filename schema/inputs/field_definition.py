"""The inputs for the field definitions of a form. One input type covers all kinds of fields."""

import datetime as dt
from decimal import Decimal
from typing import Any

import strawberry

from schema.enums import FieldKind, ReferenceTarget, TextFormat, TrackerStatus
from services.tracker_types.input import BoundEntry, ChoiceEntry, ConditionEntry, FieldEntry


@strawberry.input(description="When a field is shown; a condition looks back in the form.")
class FieldConditionInput:
    """Input for the condition under which a field is visible."""

    field: str = strawberry.field(description="The key of a field further up, neither of files nor of a reference.")
    is_one_of: list[str] = strawberry.field(
        description='Values that it can have, as text: `"true"`, `"LEGAL"`, `"2026-09-01"`; at least one.'
    )


@strawberry.input(description="One end of a date's range: a day, today, or another field's day; moved by some days.")
class DateBoundInput:
    """Input for a lower or upper bound of a date field."""

    date: dt.date | None = strawberry.field(default=None, description="A fixed day.")
    today: bool = strawberry.field(default=False, description="Whether it is the present day in Europe/London.")
    field: str | None = strawberry.field(default=None, description="The key of another DATE field of the form.")
    offset_days: int = strawberry.field(
        default=0, description="How many days later, at most 36,500; earlier if negative."
    )


@strawberry.input(description="A value of a choice field's list.")
class ChoiceInput:
    """Input for an option of a choice field."""

    value: str = strawberry.field(description="What is entered and kept; once in a list, in at most 200 characters.")
    label: str = strawberry.field(description="What people read, in at most 200 characters.")
    valid_from: dt.date | None = strawberry.field(default=None, description="The first day on which it can be chosen.")
    valid_to: dt.date | None = strawberry.field(default=None, description="The last day on which it can be chosen.")


@strawberry.input(description="A field of a form. A slot that its kind does not have is refused: WRONG_KIND.")
class FieldDefinitionInput:
    """Input for the definition of a field of any kind."""

    key: str = strawberry.field(
        description="What names it in an entry's `values`: up to 40 letters and digits, a small letter first; once in a form."
    )
    label: str = strawberry.field(description="What people read beside it, in at most 200 characters.")
    kind: FieldKind = strawberry.field(description="What it holds.")
    help: str | None = strawberry.field(
        default=None, description="What helps to fill it in, in at most 2,000 characters."
    )
    required: bool = strawberry.field(default=False, description="Whether it must be filled on creation.")
    required_for: list[TrackerStatus] = strawberry.field(
        default_factory=list, description="The statuses that it must be filled to enter: RESOLVED, REJECTED, CLOSED."
    )
    visible_when: FieldConditionInput | None = strawberry.field(
        default=None, description="When it is shown; absent or null: always."
    )
    multiline: bool | None = strawberry.field(default=None, description="TEXT: whether it has several lines.")
    min_length: int | None = strawberry.field(default=None, description="TEXT: the fewest characters.")
    max_length: int | None = strawberry.field(
        default=None, description="TEXT: the most characters, up to 100,000. Absent: 200, or 2,000 of several lines."
    )
    format: TextFormat | None = strawberry.field(default=None, description="TEXT: the rule that it follows.")
    pattern: str | None = strawberry.field(
        default=None,
        description="TEXT: what the whole text must match, in the syntax common to RE2 and JavaScript, in at most 1,000 "
        "characters.",
    )
    pattern_hint: str | None = strawberry.field(
        default=None,
        description="TEXT: what the pattern asks for, in words, on one line of at most 200 characters.",
    )
    minimum: Decimal | None = strawberry.field(
        default=None, description="INTEGER, whole, and DECIMAL: the smallest value."
    )
    maximum: Decimal | None = strawberry.field(
        default=None, description="INTEGER, whole, and DECIMAL: the largest value."
    )
    places: int | None = strawberry.field(
        default=None, description="DECIMAL: the most decimal places, up to 10. Absent: 2."
    )
    earliest: list[DateBoundInput] | None = strawberry.field(
        default=None, description="DATE: it may be before none of these; at most 10."
    )
    latest: list[DateBoundInput] | None = strawberry.field(
        default=None, description="DATE: it may be after none of these; at most 10."
    )
    default: bool | None = strawberry.field(
        default=None, description="BOOLEAN: what is taken on creation when the key is absent."
    )
    must_be_true: bool | None = strawberry.field(
        default=None, description="BOOLEAN: whether it is a confirmation, which only yes fills."
    )
    choices: list[ChoiceInput] | None = strawberry.field(default=None, description="CHOICE: the list; 1 to 500.")
    multiple: bool | None = strawberry.field(default=None, description="CHOICE: whether several can be chosen.")
    target: ReferenceTarget | None = strawberry.field(
        default=None, description="REFERENCE: what it points to; must be given."
    )
    confirmed_only: bool | None = strawberry.field(
        default=None, description="REFERENCE to an EMPLOYER: whether only confirmed ones are taken."
    )
    accept: list[str] | None = strawberry.field(
        default=None,
        description="FILE: the media types that are taken, `application/pdf` or `image/*`. Absent or []: any.",
    )
    max_bytes: int | None = strawberry.field(
        default=None, description="FILE: the most bytes of one file, up to 100,000,000. Absent: 10,000,000."
    )
    max_files: int | None = strawberry.field(default=None, description="FILE: the most files, up to 20. Absent: 1.")

    def decode(self) -> FieldEntry:
        """Convert the input to a ``FieldEntry``."""
        values: dict[str, Any] = dict(vars(self))
        if self.visible_when is not None:
            values["visible_when"] = ConditionEntry(**vars(self.visible_when))
        for name in ("earliest", "latest"):
            if values[name] is not None:
                values[name] = tuple(BoundEntry(**vars(bound)) for bound in values[name])
        if self.choices is not None:
            values["choices"] = tuple(ChoiceEntry(**vars(choice)) for choice in self.choices)
        return FieldEntry(**values)
