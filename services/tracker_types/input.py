"""The inputs of ``create_type`` and ``update_type``."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from models import TrackerStatus
from services.forms.definitions import FieldKind, ReferenceTarget, TextFormat
from services.kernel.absent import ABSENT, Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionEntry:
    """The condition under which a field is visible."""

    field: str
    is_one_of: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundEntry:
    """A bound of a date field: a fixed date, today or another field's date, plus ``offset_days``."""

    date: dt.date | None = None
    today: bool = False
    field: str | None = None
    offset_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceEntry:
    """An option of a choice field, which can be chosen from ``valid_from`` to ``valid_to`` inclusive."""

    value: str
    label: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEntry:
    """A field definition with the attributes of every kind. Attributes that are None are absent."""

    key: str
    label: str
    kind: FieldKind
    help: str | None = None
    required: bool = False
    required_for: Sequence[TrackerStatus] = ()
    visible_when: ConditionEntry | None = None
    multiline: bool | None = None
    min_length: int | None = None
    max_length: int | None = None
    format: TextFormat | None = None
    pattern: str | None = None
    pattern_hint: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    places: int | None = None
    earliest: Sequence[BoundEntry] | None = None
    latest: Sequence[BoundEntry] | None = None
    default: bool | None = None
    must_be_true: bool | None = None
    choices: Sequence[ChoiceEntry] | None = None
    multiple: bool | None = None
    target: ReferenceTarget | None = None
    confirmed_only: bool | None = None
    accept: Sequence[str] | None = None
    max_bytes: int | None = None
    max_files: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeEntry:
    """The input of ``create_type``."""

    key: str
    name: str
    description: str = ""
    fields: Sequence[FieldEntry] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeUpdate:
    """The input of ``update_type``. ``version`` is the version that the client last read."""

    type_id: UUID
    version: int
    name: str | Absent | None = ABSENT
    description: str | Absent | None = ABSENT
    archived: bool | Absent | None = ABSENT
    fields: Sequence[FieldEntry] | Absent | None = ABSENT
