"""Definitions of tracker types: the fields of their forms, and the effects of process automations.

A definition belongs to one version of a type and is immutable. ``documents`` converts definitions to and from JSON.
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
from services.forms.ilr_definitions import CodeCheck, UnitRules
from services.kernel.words import quote


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
    """The formats that a text field can require. ``formats`` implements them."""

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
    """The kinds of object that a reference field can refer to."""

    MEMBER = "MEMBER"
    EMPLOYER = "EMPLOYER"
    PROGRAMME = "PROGRAMME"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCondition:
    """A condition that holds if a field's canonical value, or any value of a multiple choice, is in ``is_one_of``."""

    field: str
    is_one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateBound:
    """A bound of a date range: a fixed date, today or another field's date, plus ``offset_days``."""

    date: dt.date | None = None
    today: bool = False
    field: str | None = None
    offset_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option of a choice field, which can be chosen from ``valid_from`` to ``valid_to`` inclusive."""

    value: str
    label: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDefinition:
    """Base class of field definitions.

    A ``required`` field must be filled on creation and cannot be cleared later. A field must also be filled while the
    tracker has one of the ``required_for`` statuses. A field whose ``visible_when`` condition does not hold is hidden:
    it is neither required nor accepted.
    """

    kind: ClassVar[FieldKind]

    key: str
    label: str
    help: str | None = None
    required: bool = False
    required_for: tuple[TrackerStatus, ...] = ()
    visible_when: FieldCondition | None = None

    @property
    def title(self) -> str:
        """Return the label in quotation marks, for messages."""
        return quote(self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField(FieldDefinition):
    """A text field. Lengths are in code points, and the whole text must match ``pattern``, an RE2 expression.

    ``pattern_hint`` says in words what the pattern asks for.
    """

    kind = FieldKind.TEXT

    multiline: bool = False
    min_length: int | None = None
    max_length: int = 200
    format: TextFormat | None = None
    pattern: str | None = None
    pattern_hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerField(FieldDefinition):
    """A 32-bit integer field. Its bounds are inclusive whole numbers."""

    kind = FieldKind.INTEGER

    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecimalField(FieldDefinition):
    """A decimal field with at most ``places`` decimal places. Its bounds are inclusive."""

    kind = FieldKind.DECIMAL

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    places: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DateField(FieldDefinition):
    """A date field. Values must not be before any ``earliest`` bound or after any ``latest`` bound."""

    kind = FieldKind.DATE

    earliest: tuple[DateBound, ...] = ()
    latest: tuple[DateBound, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanField(FieldDefinition):
    """A yes/no field. With ``must_be_true`` it is a confirmation, for which only "yes" is valid."""

    kind = FieldKind.BOOLEAN

    default: bool | None = None
    must_be_true: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceField(FieldDefinition):
    """A field for one of the choices, or for several of them if ``multiple``."""

    kind = FieldKind.CHOICE

    choices: tuple[Choice, ...]
    multiple: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceField(FieldDefinition):
    """A field that refers to a member, employer or programme of the organisation."""

    kind = FieldKind.REFERENCE

    target: ReferenceTarget
    confirmed_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileField(FieldDefinition):
    """A field for up to ``max_files`` uploaded files of the ``accept`` media types, each of at most ``max_bytes``."""

    kind = FieldKind.FILE

    accept: tuple[str, ...] = ()
    max_bytes: int = 10_000_000
    max_files: int = 1


FIELD_TYPES: Mapping[FieldKind, type[FieldDefinition]] = MappingProxyType(
    {
        field_type.kind: field_type
        for field_type in (
            TextField, IntegerField, DecimalField, DateField, BooleanField, ChoiceField, ReferenceField, FileField,
        )
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TypeDefinition:
    """One version of a tracker type.

    ``codes``: the fields with codes of the ILR. ``units``: what is different for apprenticeship units.
    All other attributes except ``fields`` are used by process automations only:

    ``precondition``: the programme statuses of learners for whom such trackers may be created; any status if empty.
    ``effective_on``: the key of the date field that says when the changes take effect. They take effect immediately if
    there is no such field or it is not filled.
    ``aims``: which learning aims are changed by effects on ``aim.…``: OPEN, LAST_BREAK or AWAITING_OUTCOME.
    ``effects``: a mapping of fields of the learner's record to the sources of their new values.
    ``restarts``: the keys of the fields with the start and planned end of the aims that follow a break.
    ``rules``: the names of rules that trackers of this version are held to, beside those that hold for every version.
    """

    fields: tuple[FieldDefinition, ...]
    precondition: tuple[ProgrammeStatus, ...] = ()
    effective_on: str | None = None
    aims: tuple[str, ...] = ()
    effects: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    restarts: Mapping[str, str] | None = None
    codes: tuple[CodeCheck, ...] = ()
    units: UnitRules | None = None
    rules: tuple[str, ...] = ()

    @property
    def reads_aims(self) -> bool:
        """Whether the learner's aims are needed to check an entry or to plan its changes."""
        return bool(self.aims or self.rules)

    @cached_property
    def _by_key(self) -> Mapping[str, FieldDefinition]:
        return {field.key: field for field in self.fields}

    def field(self, key: str) -> FieldDefinition | None:
        """Return the field with this key, or None."""
        return self._by_key.get(key)
