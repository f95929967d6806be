"""The form of a tracker type: its fields in order, and what applying a process automation does.

A definition is one version of a type and never changes. How it is stored as JSON is in ``documents``.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

from models import ProgrammeStatus, TrackerStatus


class FieldKind(StrEnum):
    """The kinds of field."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    DECIMAL = "DECIMAL"
    DATE = "DATE"
    BOOLEAN = "BOOLEAN"
    CHOICE = "CHOICE"
    REFERENCE = "REFERENCE"
    FILE = "FILE"


class TextFormat(StrEnum):
    """The formats that a text field can ask for; their rules are in ``formats``."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"
    URL = "URL"
    POSTCODE = "POSTCODE"
    NATIONAL_INSURANCE_NUMBER = "NATIONAL_INSURANCE_NUMBER"
    ULN = "ULN"
    UKPRN = "UKPRN"
    EMPLOYER_ID = "EMPLOYER_ID"
    LEARNING_AIM_REFERENCE = "LEARNING_AIM_REFERENCE"
    STANDARD_REFERENCE = "STANDARD_REFERENCE"
    EPA_ORGANISATION_ID = "EPA_ORGANISATION_ID"
    UTR = "UTR"
    ILR_YEAR = "ILR_YEAR"
    PERSON_NAME = "PERSON_NAME"
    ADDRESS_LINE = "ADDRESS_LINE"


class ReferenceTarget(StrEnum):
    """What a reference field can refer to."""

    MEMBER = "MEMBER"
    EMPLOYER = "EMPLOYER"
    PROGRAMME = "PROGRAMME"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCondition:
    """A condition that holds if the field's canonical text, or any chosen value, is among ``is_one_of``."""

    field: str
    is_one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateBound:
    """One end of the allowed range: a fixed date, today or another field's date, moved by ``offset_days``."""

    date: dt.date | None = None
    today: bool = False
    field: str | None = None
    offset_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a code list, which can be chosen from ``valid_from`` to ``valid_to``, both included."""

    value: str
    label: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDefinition:
    """What the fields of every kind share.

    ``required`` holds at creation and forbids clearing later; ``required_for`` holds on entering a status and
    while in it. A field whose ``visible_when`` does not hold is hidden: neither required nor accepted.
    """

    kind: ClassVar[FieldKind]

    key: str
    label: str
    help: str | None = None
    required: bool = False
    required_for: tuple[TrackerStatus, ...] = ()
    visible_when: FieldCondition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField(FieldDefinition):
    """Text; lengths are in code points. ``pattern`` matches the whole text, in RE2's syntax."""

    kind = FieldKind.TEXT

    multiline: bool = False
    min_length: int | None = None
    max_length: int = 200
    format: TextFormat | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerField(FieldDefinition):
    """A whole number of 32 bits; the bounds are included, and whole."""

    kind = FieldKind.INTEGER

    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecimalField(FieldDefinition):
    """A number with at most ``places`` decimal places; the bounds are included."""

    kind = FieldKind.DECIMAL

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    places: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DateField(FieldDefinition):
    """A date, not before any of ``earliest`` and not after any of ``latest``."""

    kind = FieldKind.DATE

    earliest: tuple[DateBound, ...] = ()
    latest: tuple[DateBound, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanField(FieldDefinition):
    """Yes or no; ``must_be_true`` makes it a confirmation."""

    kind = FieldKind.BOOLEAN

    default: bool | None = None
    must_be_true: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceField(FieldDefinition):
    """One of the choices, or several if ``multiple``."""

    kind = FieldKind.CHOICE

    choices: tuple[Choice, ...]
    multiple: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceField(FieldDefinition):
    """A member, an employer or a programme of the organisation."""

    kind = FieldKind.REFERENCE

    target: ReferenceTarget
    confirmed_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileField(FieldDefinition):
    """Uploaded files of the media types in ``accept``, each of at most ``max_bytes``."""

    kind = FieldKind.FILE

    accept: tuple[str, ...] = ()
    max_bytes: int = 10_000_000
    max_files: int = 1


FIELD_TYPES: Mapping[FieldKind, type[FieldDefinition]] = MappingProxyType(
    {
        FieldKind.TEXT: TextField,
        FieldKind.INTEGER: IntegerField,
        FieldKind.DECIMAL: DecimalField,
        FieldKind.DATE: DateField,
        FieldKind.BOOLEAN: BooleanField,
        FieldKind.CHOICE: ChoiceField,
        FieldKind.REFERENCE: ReferenceField,
        FieldKind.FILE: FileField,
    }
)


@dataclass(frozen=True, kw_only=True)
class TypeDefinition:
    """One version of a tracker type. Everything but ``fields`` belongs to process automations.

    ``precondition``: the learner's programme statuses in which it may be raised; empty: any.
    ``effective_on``: the field that holds the day on which it is applied; none, or empty: at once.
    ``aims``: the learning aims that an effect on ``aim.…`` touches: OPEN, LAST_BREAK, AWAITING_OUTCOME.
    ``effects``: what applying it does, record field → where its value comes from.
    ``restarts``: the fields with the start and the planned end of the aims that follow a break.
    """

    fields: tuple[FieldDefinition, ...]
    precondition: tuple[ProgrammeStatus, ...] = ()
    effective_on: str | None = None
    aims: tuple[str, ...] = ()
    effects: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    restarts: Mapping[str, str] | None = None

    @cached_property
    def _by_key(self) -> Mapping[str, FieldDefinition]:
        return {field.key: field for field in self.fields}

    def field(self, key: str) -> FieldDefinition | None:
        """Return the field of this key, if there is one."""
        return self._by_key.get(key)
