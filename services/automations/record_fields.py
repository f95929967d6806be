"""The fields of a learner's record that process automations can change: their columns and their display."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

from models import Learner, LearningAim, ProgrammeStatus
from services.forms.definitions import FieldKind
from services.forms.display import MISSING_NAME
from services.forms.kinds.numbers import plain_text
from services.ilr.code_lists import meanings, with_meaning
from services.kernel.dates import format_date
from services.kernel.names import clean_name
from services.kernel.words import enum_words

# In canonical form, as trackers store their values: decimals, dates and references as text.
RecordValue: TypeAlias = str | int | bool | None


@dataclass(frozen=True, slots=True)
class RecordField:
    """A column of learners or learning aims; ``codes`` maps the ILR codes that it may contain to their meanings."""

    name: str
    column: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    codes: Mapping[int, str] | None = None

    @property
    def is_aim_field(self) -> bool:
        """Return whether the field belongs to learning aims rather than to the learner."""
        return self.name.startswith("aim.")

    def value_of(self, owner: Learner | LearningAim) -> RecordValue:
        """Return the field's value in a learner or an aim, in canonical form."""
        return _canonical(getattr(owner, self.column))

    def to_column(self, value: RecordValue) -> Any:
        """Convert a canonical value to the type of the column, where text is kept like a name."""
        if value is None:
            return None
        match self.kind:
            case FieldKind.DATE:
                return dt.date.fromisoformat(str(value))
            case FieldKind.DECIMAL:
                return Decimal(str(value))
            case FieldKind.REFERENCE:
                return UUID(str(value))
        if self.column == "programme_status":
            return ProgrammeStatus(str(value))
        return clean_name(value) if isinstance(value, str) else value

    def display(self, value: RecordValue, names: Mapping[UUID, str]) -> str | None:
        """Return a canonical value in words; ``names`` maps the ids of employers and programmes to their names."""
        match self.kind, value:
            case _, None:
                return None
            case FieldKind.DATE, str():
                return format_date(dt.date.fromisoformat(value))
            case FieldKind.REFERENCE, str():
                return names.get(UUID(value), MISSING_NAME)
            case _, bool():
                return "Yes" if value else "No"
            case _, int():
                return f"{value:,}" if self.codes is None else with_meaning(value, self.codes)
        return STATUS_NAMES[ProgrammeStatus(str(value))] if self.column == "programme_status" else str(value)


STATUS_NAMES: Mapping[ProgrammeStatus, str] = MappingProxyType(
    {status: enum_words(status) for status in ProgrammeStatus}
    | {ProgrammeStatus.ENTERED_EPA: "Entered assessment (EPA)"}
)
"""The programme statuses as people read them."""


def _canonical(raw: Any) -> RecordValue:
    match raw:
        case None | "":
            return None
        case bool() | int():
            return raw
        case Decimal():
            return plain_text(raw)
        case dt.date():
            return raw.isoformat()
    return str(raw)


_DATE, _INTEGER, _REFERENCE = FieldKind.DATE, FieldKind.INTEGER, FieldKind.REFERENCE
_FIELDS = (
    RecordField("learner.title", "title", "Title"),
    RecordField("learner.givenNames", "given_names", "Given names"),
    RecordField("learner.familyName", "family_name", "Family name"),
    RecordField("learner.addressLine1", "address_line1", "Address line 1"),
    RecordField("learner.addressLine2", "address_line2", "Address line 2"),
    RecordField("learner.addressLine3", "address_line3", "Address line 3"),
    RecordField("learner.addressLine4", "address_line4", "Address line 4"),
    RecordField("learner.postcode", "postcode", "Postcode"),
    RecordField("learner.employer", "employer_id", "Employer", _REFERENCE),
    RecordField("learner.jobTitle", "job_title", "Job title"),
    RecordField("learner.weeklyHours", "weekly_hours", "Weekly hours", FieldKind.DECIMAL),
    RecordField("learner.workplacePostcode", "workplace_postcode", "Workplace postcode"),
    RecordField("learner.programme", "programme_id", "Programme", _REFERENCE),
    RecordField("learner.programmeStatus", "programme_status", "Programme status"),
    RecordField("aim.startDate", "start_date", "Start date", _DATE),
    RecordField("aim.originalStartDate", "original_start_date", "Original start date", _DATE),
    RecordField("aim.plannedEndDate", "planned_end_date", "Planned end date", _DATE),
    RecordField("aim.actualEndDate", "actual_end_date", "Actual end date", _DATE),
    RecordField("aim.completionStatus", "completion_status", "Completion status", _INTEGER, meanings("CompStatus")),
    RecordField("aim.outcome", "outcome", "Outcome", _INTEGER, meanings("Outcome")),
    RecordField("aim.withdrawReason", "withdraw_reason", "Withdrawal reason", _INTEGER, meanings("WithdrawReason")),
    RecordField("aim.restart", "restart", "Restart", FieldKind.BOOLEAN),
    RecordField("aim.actualHours", "actual_hours", "Actual off-the-job hours", _INTEGER),
    RecordField("aim.achievementDate", "achievement_date", "Achievement date", _DATE),
    RecordField("aim.learningSupportFrom", "learning_support_from", "Learning support from", _DATE),
    RecordField("aim.learningSupportTo", "learning_support_to", "Learning support to", _DATE),
)

RECORD_FIELDS: Mapping[str, RecordField] = MappingProxyType({field.name: field for field in _FIELDS})
"""Every field that an effect may set, in the order in which changes are listed."""
