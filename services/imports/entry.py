"""Learners and learning aims as read from a file, independent of the file's format."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, NamedTuple

from services.imports.report import EntryProblem


class EmployerReference(NamedTuple):
    """A reference to an employer by the ILR's EmpId (``number``) or by name.

    ``confirmed`` is None if the file does not say whether the employer is confirmed.
    """

    name: str
    number: str | None = None
    confirmed: bool | None = None


@dataclass(slots=True)
class AimEntry:
    """A learning aim (the ILR's LearningDelivery) as read from a return.

    The attributes up to ``learning_support_to`` have the names of the columns of ``models.LearningAim``. Those that are
    listed in ``wrong`` had an error, and their values here must not be used. An aim that is ``left_out`` is neither
    written nor removed.
    """

    sequence: int
    reference: str
    aim_type: int
    start_date: date
    completion_status: int
    software_aim_id: str | None = None
    fund_model: int | None = None
    programme_type: int | None = None
    standard_code: int | None = None
    framework_code: int | None = None
    pathway_code: int | None = None
    original_start_date: date | None = None
    planned_end_date: date | None = None
    actual_end_date: date | None = None
    outcome: int | None = None
    withdraw_reason: int | None = None
    restart: bool = False
    actual_hours: int | None = None
    achievement_date: date | None = None
    learning_support_from: date | None = None
    learning_support_to: date | None = None
    line: int = field(default=0, compare=False)
    position: int = field(default=0, compare=False)
    wrong: frozenset[str] = field(default=frozenset(), compare=False)
    left_out: bool = field(default=False, compare=False)

    @property
    def can_be_stored(self) -> bool:
        """Whether the values that each stored aim needs are right."""
        return self.wrong.isdisjoint(MANDATORY_AIM_FIELDS)


AIM_FIELDS = tuple(item.name for item in fields(AimEntry) if item.compare)
MANDATORY_AIM_FIELDS = frozenset({"reference", "aim_type", "start_date", "completion_status"})
"""The values without which a learning aim cannot be stored."""


@dataclass(slots=True)
class LearnerEntry:
    """A learner as read from a file.

    ``values`` has the values that the file contains, except wrong ones, keyed by the columns of ``models.Learner``, and by
    ``programme`` (a name), ``employer`` (an ``EmployerReference``), ``tutor_email`` and ``groups`` (sorted names). None
    clears a value. ``aims`` is None if the file's format has no learning aims. ``headings`` has the headings of a table as
    written in the file, or the elements of a return, by the names of a table's columns.
    """

    line: int
    reference: str
    values: dict[str, Any] = field(default_factory=dict)
    aims: list[AimEntry] | None = None
    problems: list[EntryProblem] = field(default_factory=list)
    headings: Mapping[str, str] = field(default_factory=dict, compare=False)

    def place(self, column: str) -> str:
        """Return what the file calls a column: its heading as written there, or the element of a return."""
        return self.headings.get(column, column)
