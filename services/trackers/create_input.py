"""The input of ``create_tracker``, and its validation, which collects the problems of every field."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import Learner, LearningAim, Member, Role, TrackerCategory, TrackerStatus
from services.automations.rules import check_automation
from services.automations.snapshots import Snapshot, snapshot_of
from services.forms.kinds.lookup import UploadScope
from services.forms.kinds.types import SubmittedValue
from services.forms.validate import check_form
from services.kernel.checks import check_text
from services.kernel.dates import today
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem
from services.kernel.text import MAX_DESCRIPTION_LENGTH
from services.kernel.words import enum_words, quote
from services.rows import rows_by_id
from services.tracker_types.catalogue import AvailableType, type_by_key
from services.trackers.checks import asks_about_unit, check_assignee, check_due_date, find_member
from services.trackers.entry_content import text_content, values_content
from services.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerEntry:
    """The input of ``create_tracker``."""

    type: str
    type_version: int | None = None
    learner_id: UUID | None = None
    status: TrackerStatus = TrackerStatus.NEW
    assignee_id: UUID | None = None
    description: str | None = None
    due_date: dt.date | None = None
    values: Sequence[SubmittedValue] = ()
    idempotency_key: str | None = None

    def content(self) -> dict[str, Any]:
        """Return the normalised content of the entry as JSON, for comparison by idempotency key.

        See ``entry_content``: its format must never change.
        """
        return {
            "type": self.type,
            "typeVersion": self.type_version,
            "learner": str(self.learner_id) if self.learner_id else None,
            "assignee": str(self.assignee_id) if self.assignee_id else None,
            "status": self.status,
            "description": text_content(self.description),
            "dueDate": self.due_date.isoformat() if self.due_date else None,
            "values": values_content(self.values),
        }


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


async def check_entry(viewer: Viewer, entry: TrackerEntry) -> CheckedEntry:
    """Check an entry without writing anything, and return its problems in the order of the input's fields."""
    day, errors = today(), ErrorCollector()
    available_type, learner, assignee = await asyncio.gather(
        _find_type(viewer, entry.type), _find_learner(viewer, entry.learner_id), find_member(viewer, entry.assignee_id)
    )
    _check_type(errors, viewer, entry, available_type)
    _check_learner(errors.at("learner_id"), entry, learner)
    _check_status(errors.at("status"), entry)
    check_assignee(errors.at("assignee_id"), viewer, entry.assignee_id, assignee)
    description = check_text(
        errors.at("description"), entry.description, label="The description", max_length=MAX_DESCRIPTION_LENGTH
    )
    check_due_date(errors.at("due_date"), entry.due_date, day)
    values, record_before = await _check_values(errors, viewer, entry, available_type, learner, day)
    return CheckedEntry(
        type=available_type,
        learner=learner,
        assignee=assignee,
        description=description,
        due_date=entry.due_date,
        values=values,
        record_before=record_before,
        problems=tuple(errors.problems),
    )


async def _find_type(viewer: Viewer, key: str) -> AvailableType | None:
    """Return the type with this key, or None if it does not exist or is archived."""
    available_type = await type_by_key(viewer, key)
    return None if available_type is None or available_type.type.archived else available_type


async def _find_learner(viewer: Viewer, learner_id: UUID | None) -> Learner | None:
    return None if learner_id is None else (await rows_by_id(viewer, Learner, [learner_id]))[0]


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
    errors: ErrorCollector,
    viewer: Viewer,
    entry: TrackerEntry,
    available_type: AvailableType | None,
    learner: Learner | None,
    day: dt.date,
) -> tuple[Mapping[str, Any], Snapshot | None]:
    """Check the form values and, for a process automation, the learner's record.

    Return the canonical values, and a snapshot of the parts of the record that the automation will change.
    """
    if available_type is None:
        return {}, None
    definition = available_type.newest.definition
    uploads = UploadScope(uploader_id=viewer.member_id, type_key=available_type.type.key)
    form = await check_form(
        definition,
        entry.values,
        organisation_id=viewer.organisation_id,
        today=day,
        uploads=uploads,
        on_unit=await asks_about_unit(definition, learner),
    )
    errors.extend(form.problems)
    if learner is None or available_type.type.category != TrackerCategory.PROCESS_AUTOMATION:
        return form.values, None
    aims = await LearningAim.filter(learner_id=learner.id) if definition.reads_aims else []
    await check_automation(errors, definition, form.values, learner, aims)
    return form.values, snapshot_of(definition, form.values, learner, aims)
