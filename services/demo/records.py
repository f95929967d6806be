"""What a process automation of the demo data met in the learner's record, and what it made of it."""

import datetime as dt
from collections.abc import Mapping
from copy import copy
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from models import Learner, LearningAim, ProgrammeStatus
from services.automations.proposed_changes import worded
from services.automations.snapshots import proposals, snapshot_of
from services.demo.cases import Case
from services.demo.endings import Ending
from services.forms.kinds import CanonicalValue

_ADDRESS = ("address_line1", "address_line2", "address_line3", "address_line4", "postcode")
# What each automation leaves of the record that was: these columns were somebody else's.
_WERE_OTHER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "CHANGE_OF_NAME": ("family_name",),
        "CHANGE_OF_ADDRESS": _ADDRESS,
        "CHANGE_OF_EMPLOYER": ("employer_id",),
        "CHANGE_OF_WORKING_CONDITIONS": ("weekly_hours", "workplace_postcode", "job_title"),
        "CHANGE_OF_PROGRAMME": ("programme_id",),
    }
)
_ENDING = {"BREAK_IN_LEARNING", "WITHDRAWAL", "CHANGE_OF_PROGRAMME", "COMPLETION"}
_OPEN = {
    "completion_status": 1,
    "outcome": None,
    "actual_end_date": None,
    "withdraw_reason": None,
    "actual_hours": None,
    "achievement_date": None,
}
_FORMER_LINE = "Flat 3, 14 Station Road"


def record_before(case: Case, values: Mapping[str, CanonicalValue]) -> dict[str, Any] | None:
    """What the record held when the form was filled in; None of a plain tracker."""
    return snapshot_of(case.definition, *_as_it_was(case, values))


def corrected_since(before: Mapping[str, Any]) -> dict[str, Any]:
    """A snapshot of an address whose first line somebody has corrected since: a conflict."""
    return {**before, "learner.addressLine1": _FORMER_LINE}


def carried_out(case: Case, values: Mapping[str, CanonicalValue]) -> list[dict[str, Any]]:
    """The changes of the record as the history keeps them, once they were made."""
    found = proposals(case.definition, values, *_as_it_was(case, values), None)
    cast = case.cast
    names = {one.id: one.name for one in cast.employers} | {one.id: one.name for one in cast.programmes}
    return [
        {"path": one.field.split("."), "label": one.label, "before": one.before, "after": one.after}
        for one in worded(found, names)
        if one.before != one.after
    ]


def _as_it_was(case: Case, values: Mapping[str, CanonicalValue]) -> tuple[Learner, list[LearningAim]]:
    """The record as the automation met it: as it is, but for what the automation has changed."""
    learner, aims = copy(case.learner), [copy(aim) for aim in case.person.aims]
    if not (case.automation and case.ending is Ending.RESOLVED):
        return learner, aims
    former = _somebody_else(case)
    for column in _WERE_OTHER.get(case.type_key, ()):
        setattr(learner, column, getattr(former, column))
    if "previousHours" in values:
        learner.weekly_hours = Decimal(str(values["previousHours"]))
    if case.type_key in _ENDING:
        learner.programme_status = ProgrammeStatus.ACTIVE
        aims = [_with(aim, _OPEN) for aim in aims]
    elif case.type_key == "RETURN_TO_LEARNING":
        learner.programme_status = ProgrammeStatus.ON_A_BREAK
        aims = [aim for aim in aims if not aim.restart]
    elif case.type_key == "LEARNING_SUPPORT":
        aims = [_with(aim, {"learning_support_from": None, "learning_support_to": None}) for aim in aims]
    return learner, aims


def _with(aim: LearningAim, columns: Mapping[str, dt.date | int | None]) -> LearningAim:
    for column, value in columns.items():
        setattr(aim, column, value)
    return aim


def _somebody_else(case: Case) -> Learner:
    """A learner who has nothing of this one that an automation changes."""
    columns = {column for some in _WERE_OTHER.values() for column in some} - set(_ADDRESS) | {"postcode"}
    mine = case.learner
    return next(
        person.learner
        for person in case.cast.persons
        if all(getattr(person.learner, column) != getattr(mine, column) for column in columns)
    )
