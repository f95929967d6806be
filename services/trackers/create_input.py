"""The validation of new trackers, which collects the problems of every field."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models import Learner, Member, Role, TrackerCategory, TrackerStatus
from services.automations.rules import check_automation
from services.automations.snapshots import Snapshot, snapshot_of
from services.forms.validate import check_form_in_turn, is_large
from services.ilr.aims import read_aims
from services.ilr.units import is_on_unit
from services.kernel.checks import check_text
from services.kernel.dates import today
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem
from services.kernel.text import MAX_DESCRIPTION_LENGTH
from services.kernel.words import enum_words, quote
from services.tracker_types.catalogue import AvailableType
from services.trackers.checks import asks_about_unit, check_assignee, check_due_date, check_values_size
from services.trackers.create_entry import TrackerEntry
from services.trackers.entry_rows import EntryRows
from services.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedEntry:
    """The result of checking an entry: the rows that it refers to, its canonical values and its problems."""

    type: AvailableType | None
    learner: Learner | None
    assignee: Member | None
    description: str
    due_date: dt.date | None
    values: Mapping[str, Any]
    record_before: Snapshot | None
    problems: tuple[Problem, ...]


async def check_entry(viewer: Viewer, entry: TrackerEntry, rows: EntryRows) -> CheckedEntry:
    """Check an entry without writing anything, and return its problems in the order of the input's fields."""
    day, errors = today(), ErrorCollector()
    _check_type(errors, viewer, entry, rows.type)
    _check_learner(errors.at("learner_id"), entry, rows.learner)
    _check_status(errors.at("status"), entry)
    check_assignee(errors.at("assignee_id"), viewer, entry.assignee_id, rows.assignee)
    description = check_text(
        errors.at("description"), entry.description, label="The description", max_length=MAX_DESCRIPTION_LENGTH
    )
    check_due_date(errors.at("due_date"), entry.due_date, day)
    values, record_before = await _check_values(errors, entry, rows, day)
    return CheckedEntry(
        type=rows.type,
        learner=rows.learner,
        assignee=rows.assignee,
        description=description,
        due_date=entry.due_date,
        values=values,
        record_before=record_before,
        problems=tuple(errors.problems),
    )


def _check_type(
    errors: ErrorCollector, viewer: Viewer, entry: TrackerEntry, available_type: AvailableType | None
) -> None:
    if available_type is None:
        errors.at("type").add(ErrorCode.UNKNOWN_TYPE, "There is no such tracker type.")
        return
    name, newest = available_type.type.name, available_type.newest.version
    if not available_type.can_be_created_by(viewer):
        role = enum_words(Role.CREATE_PROCESS_AUTOMATION_TRACKERS)
        message = f"A tracker of the type {quote(name)} needs the role {quote(role)}."
        errors.at("type").add(ErrorCode.FORBIDDEN, message)
    if entry.type_version is not None and entry.type_version != newest:
        message = f"The form of {quote(name)} has changed: version {newest} is in force. Load it again."
        errors.at("type_version").add(ErrorCode.TYPE_CHANGED, message, version=newest)


def _check_learner(errors: ErrorCollector, entry: TrackerEntry, learner: Learner | None) -> None:
    if entry.learner_id is None:
        errors.add(ErrorCode.REQUIRED, "Choose the learner.")
    elif learner is None:
        errors.add(ErrorCode.NOT_FOUND, "There is no such learner.")


def _check_status(errors: ErrorCollector, entry: TrackerEntry) -> None:
    if entry.status != TrackerStatus.NEW:
        errors.add(ErrorCode.STATUS_NOT_ALLOWED, "A new tracker has the status 'New'.", allowed=TrackerStatus.NEW)


async def _check_values(
    errors: ErrorCollector, entry: TrackerEntry, rows: EntryRows, day: dt.date
) -> tuple[Mapping[str, Any], Snapshot | None]:
    """Check the form values and, for a process automation, the learner's record.

    Return the canonical values, and a snapshot of the parts of the record that the automation will change. The learner's
    aims are read only if the type's rules ask about them.
    """
    if rows.type is None:
        return {}, None
    definition, learner = rows.type.newest.definition, rows.learner
    asks_unit = asks_about_unit(definition)
    aims = await read_aims(learner.id) if learner and (asks_unit or definition.reads_aims) else []
    on_unit = learner is not None and asks_unit and await is_on_unit(learner, aims)
    form = await check_form_in_turn(definition, entry.values, lookup=rows.lookup, today=day, on_unit=on_unit)
    errors.extend(form.problems)
    if is_large(entry.values):
        check_values_size(errors.at("values"), form.values)
    if learner is None or rows.type.type.category != TrackerCategory.PROCESS_AUTOMATION:
        return form.values, None
    aims = aims if definition.reads_aims else []
    await check_automation(errors, definition, form.values, learner, aims)
    return form.values, snapshot_of(definition, form.values, learner, aims)
