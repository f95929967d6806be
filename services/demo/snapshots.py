"""Snapshots of a learner's record before a process automation, and the changes made by the automation."""

import datetime as dt
from collections.abc import Mapping
from copy import copy
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from models import Learner, LearningAim, ProgrammeStatus
from services.automations.proposed_changes import describe_changes
from services.automations.snapshots import make_proposals, snapshot_of
from services.demo.cases import Case
from services.demo.end_states import EndState
from services.forms.kinds.types import CanonicalValue

_ADDRESS = ("address_line1", "address_line2", "address_line3", "address_line4", "postcode")
# The columns changed by an applied automation; their previous values are taken from another learner.
_CHANGED_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "CHANGE_OF_NAME": ("family_name",),
        "CHANGE_OF_ADDRESS": _ADDRESS,
        "CHANGE_OF_EMPLOYER": ("employer_id",),
        "CHANGE_OF_WORKING_CONDITIONS": ("weekly_hours", "workplace_postcode", "job_title"),
        "CHANGE_OF_PROGRAMME": ("programme_id",),
    }
)
_AIM_ENDING_TYPES = {"BREAK_IN_LEARNING", "WITHDRAWAL", "CHANGE_OF_PROGRAMME", "COMPLETION"}
_OPEN_AIM = {
    "completion_status": 1,
    "outcome": None,
    "actual_end_date": None,
    "withdraw_reason": None,
    "actual_hours": None,
    "achievement_date": None,
}
_FORMER_ADDRESS_LINE = "Flat 3, 14 Station Road"


def record_before(case: Case, values: Mapping[str, CanonicalValue]) -> dict[str, Any] | None:
    """Return the snapshot of the learner's record when the tracker was opened, or None for a plain tracker."""
    return snapshot_of(case.definition, values, *_record_before(case, values))


def with_address_conflict(before: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a snapshot whose first address line conflicts with the learner's record."""
    return {**before, "learner.addressLine1": _FORMER_ADDRESS_LINE}


def applied_changes(case: Case, values: Mapping[str, CanonicalValue]) -> list[dict[str, Any]]:
    """Return the changes made to the learner's record, in the form in which the tracker's history stores them."""
    changes = make_proposals(case.definition, values, *_record_before(case, values), None)
    organisation = case.organisation
    names = {employer.id: employer.name for employer in organisation.employers}
    names |= {programme.id: programme.name for programme in organisation.programmes}
    return [
        {"path": change.field.split("."), "label": change.label, "before": change.before, "after": change.after}
        for change in describe_changes(changes, names)
        if change.before != change.after
    ]


def _record_before(case: Case, values: Mapping[str, CanonicalValue]) -> tuple[Learner, list[LearningAim]]:
    """Return the learner and the aims as they were before the automation changed them."""
    learner, aims = copy(case.learner), [copy(aim) for aim in case.record.aims]
    if not (case.is_automation and case.end_state is EndState.RESOLVED):
        return learner, aims
    other = _other_learner(case)
    for column in _CHANGED_COLUMNS.get(case.type_key, ()):
        setattr(learner, column, getattr(other, column))
    if "previousHours" in values:
        learner.weekly_hours = Decimal(str(values["previousHours"]))
    if case.type_key in _AIM_ENDING_TYPES:
        learner.programme_status = ProgrammeStatus.ACTIVE
        aims = [_set_columns(aim, _OPEN_AIM) for aim in aims]
    elif case.type_key == "RETURN_TO_LEARNING":
        learner.programme_status = ProgrammeStatus.ON_A_BREAK
        aims = [aim for aim in aims if not aim.restart]
    elif case.type_key == "LEARNING_SUPPORT":
        aims = [_set_columns(aim, {"learning_support_from": None, "learning_support_to": None}) for aim in aims]
    return learner, aims


def _set_columns(aim: LearningAim, columns: Mapping[str, dt.date | int | None]) -> LearningAim:
    for column, value in columns.items():
        setattr(aim, column, value)
    return aim


def _other_learner(case: Case) -> Learner:
    """Return a learner whose values differ from this learner's in every column that an automation can change."""
    columns = {column for names in _CHANGED_COLUMNS.values() for column in names} - set(_ADDRESS) | {"postcode"}
    return next(
        record.learner
        for record in case.organisation.records
        if all(getattr(record.learner, column) != getattr(case.learner, column) for column in columns)
    )
