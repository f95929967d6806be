"""The validation of updates of trackers, which collects the problems of every field.

Only changes are checked: a field that keeps its stored value is neither validated again nor checked for permission.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from models import Role, Tracker, TrackerCategory, TrackerStatus
from services.automations.approval import check_approval
from services.automations.rules import check_values
from services.forms.field_results import check_fields
from services.forms.kinds.lookup import Lookup, UploadScope
from services.forms.kinds.types import CanonicalValue, SubmittedValue
from services.forms.references import look_up
from services.forms.validate import check_form_in_turn
from services.ilr.units import is_on_unit
from services.kernel.absent import ABSENT, Absent
from services.kernel.checks import check_text
from services.kernel.dates import today
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem
from services.kernel.text import MAX_COMMENT_LENGTH, MAX_DESCRIPTION_LENGTH
from services.kernel.words import quote_enum
from services.tracker_types.catalogue import AvailableType, available_types
from services.tracker_types.transitions import Transition
from services.tracker_types.versions import TypeVersion, versions_by_id
from services.trackers.checks import asks_about_unit, check_assignee, check_due_date, check_values_size, find_member
from services.trackers.diff import TrackerState
from services.trackers.permissions import is_immutable, may_edit, transitions_from
from services.trackers.update_entry import UpdateEntry
from services.viewer import Viewer

Values: TypeAlias = Mapping[str, CanonicalValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedUpdate:
    """The result of checking an update: the stored tracker, its state after the update, and the problems."""

    tracker: Tracker
    type_version: TypeVersion
    transition: Transition | None
    after: TrackerState
    comment: str | None
    problems: tuple[Problem, ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether the update has no changes and no comment."""
        return (
            self.transition is None and self.comment is None and self.after == TrackerState.from_tracker(self.tracker)
        )

    @property
    def approves(self) -> bool:
        """Whether the update approves a process automation, or retries applying an approved one."""
        return self.transition is not None and self.transition.to == TrackerStatus.APPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    viewer: Viewer
    tracker: Tracker
    entry: UpdateEntry
    available_type: AvailableType
    type_version: TypeVersion

    @property
    def uploads(self) -> UploadScope:
        return UploadScope(
            uploader_id=self.viewer.member_id, type_key=self.available_type.type.key, tracker_id=self.tracker.id
        )

    @property
    def is_automation(self) -> bool:
        return self.available_type.type.category == TrackerCategory.PROCESS_AUTOMATION

    @property
    def approves(self) -> bool:
        return self.is_automation and self.entry.status == TrackerStatus.APPROVED


async def check_update(viewer: Viewer, tracker: Tracker, entry: UpdateEntry) -> CheckedUpdate:
    """Check an update, except for its version, without writing anything."""
    (available_type,) = await available_types(viewer, ids=[tracker.type_id], include_disabled=True)
    type_version = (await versions_by_id([tracker.type_version_id]))[tracker.type_version_id]
    context = _Context(
        viewer=viewer, tracker=tracker, entry=entry, available_type=available_type, type_version=type_version
    )
    errors = ErrorCollector()
    transition = _check_status(errors.at("status"), context)
    status = transition.to if transition else tracker.status
    after = TrackerState(
        status=status,
        assignee_id=await _check_assignee(errors.at("assignee_id"), context),
        description=_check_description(errors.at("description"), context),
        due_date=_check_due_date(errors.at("due_date"), context),
        values=await _check_values(errors.at("values"), context, status),
    )
    comment = _check_comment(errors.at("comment"), context, transition)
    await _check_record(errors, context, after.values)
    return CheckedUpdate(
        tracker=tracker,
        type_version=type_version,
        transition=transition,
        after=after,
        comment=comment,
        problems=tuple(errors.problems),
    )


def _check_status(errors: ErrorCollector, context: _Context) -> Transition | None:
    status, current = context.entry.status, context.tracker.status
    if status is ABSENT:
        return None
    if status is None:
        errors.add(ErrorCode.REQUIRED, "A tracker always has a status.")
        return None
    transitions = transitions_from(context.viewer, context.tracker, context.available_type, context.type_version)
    transition = next((transition for transition in transitions if transition.to == status), None)
    if transition is not None and transition.refusal is not None:
        errors.add(ErrorCode.FORBIDDEN, transition.refusal)
    elif transition is None and status != current:
        allowed = ", ".join(transition.to for transition in transitions if transition.viewer_can_take)
        message = f"No step leads from {quote_enum(current)} to {quote_enum(status)}."
        errors.add(ErrorCode.STATUS_NOT_ALLOWED, message, allowed=allowed)
    return transition


def _refuse_change(errors: ErrorCollector, context: _Context, label: str) -> bool:
    """Return whether the viewer may not change this part of the tracker, and if so, add an error."""
    viewer, tracker, available_type = context.viewer, context.tracker, context.available_type
    if errors.path[0] == "values" and is_immutable(tracker, available_type):
        message = f"{label} stays as it is: the tracker is {quote_enum(tracker.status)}."
        errors.add(ErrorCode.IMMUTABLE, message)
    elif not may_edit(viewer, tracker, available_type):
        role = Role.EDIT_PROCESS_AUTOMATION_TRACKERS
        message = f"{label} can be changed only by the tracker's creator or with the role {quote_enum(role)}."
        errors.add(ErrorCode.FORBIDDEN, message)
    elif context.approves:
        errors.add(ErrorCode.IMMUTABLE, f"{label} stays as it is: approving changes nothing else.")
    else:
        return False
    return True


async def _check_assignee(errors: ErrorCollector, context: _Context) -> UUID | None:
    assignee_id, stored = context.entry.assignee_id, context.tracker.assignee_id
    if isinstance(assignee_id, Absent) or assignee_id == stored:
        return stored
    if not _refuse_change(errors, context, "The assignee"):
        check_assignee(errors, context.viewer, assignee_id, await find_member(context.viewer, assignee_id))
    return assignee_id


def _check_description(errors: ErrorCollector, context: _Context) -> str:
    entered, stored, label = context.entry.description, context.tracker.description, "The description"
    if isinstance(entered, Absent):
        return stored
    text_errors = ErrorCollector(errors.path)
    description = check_text(text_errors, entered, label=label, max_length=MAX_DESCRIPTION_LENGTH)
    if (description != stored or text_errors.problems) and not _refuse_change(errors, context, label):
        errors.extend(text_errors.problems)
    return description


def _check_due_date(errors: ErrorCollector, context: _Context) -> dt.date | None:
    due_date, stored = context.entry.due_date, context.tracker.due_date
    if isinstance(due_date, Absent) or due_date == stored:
        return stored
    if not _refuse_change(errors, context, "The due date"):
        check_due_date(errors, due_date, today())
    return due_date


async def _check_values(errors: ErrorCollector, context: _Context, status: TrackerStatus) -> Values:
    """Check the form values and return those after the update. ``status`` is the tracker's status after the update."""
    definition, submitted = context.type_version.definition, _submitted_values(context.entry)
    lookup = await look_up(context.viewer.organisation_id, submitted, context.uploads)
    refusals = _refused_values(context, submitted, lookup)
    form = await check_form_in_turn(
        definition,
        [value for value in submitted if value.key not in refusals],
        lookup=lookup,
        today=today(),
        stored=context.tracker.values,
        status_after=status,
        on_unit=asks_about_unit(definition) and await is_on_unit(await context.tracker.learner),
    )
    problems = [*refusals.values(), *(problem for problem in form.problems if problem.path[1] not in refusals)]
    positions = {field.key: position for position, field in enumerate(definition.fields)}
    errors.extend(sorted(problems, key=lambda problem: positions.get(problem.path[1], len(positions))))
    if form.values != context.tracker.values:
        check_values_size(errors, form.values)
    if context.entry.values is None:
        errors.add(ErrorCode.REQUIRED, "Clear a field by its key and the value null.")
    return form.values


def _submitted_values(entry: UpdateEntry) -> Sequence[SubmittedValue]:
    return () if entry.values is None or isinstance(entry.values, Absent) else entry.values


def _refused_values(context: _Context, submitted: Sequence[SubmittedValue], lookup: Lookup) -> Mapping[str, Problem]:
    """Return the problem of each field that the entry changes, if the viewer may not change values."""
    errors = ErrorCollector(("values",))
    if not submitted or not _refuse_change(errors, context, ""):
        return {}
    definition, stored = context.type_version.definition, context.tracker.values
    results = check_fields(definition, submitted, lookup=lookup, today=today(), stored=stored)
    refusals = {}
    for field in definition.fields:
        result = results[field.key]
        if result.submitted and result.changed and (result.filled or field.key in stored):
            field_errors = ErrorCollector(("values", field.key))
            _refuse_change(field_errors, context, field.title)
            (refusals[field.key],) = field_errors.problems
    return refusals


def _check_comment(errors: ErrorCollector, context: _Context, transition: Transition | None) -> str | None:
    missing = None
    if transition and transition.comment_required:
        missing = f"Say why it becomes {quote_enum(transition.to)}."
    comment = check_text(
        errors, context.entry.comment, label="The comment", max_length=MAX_COMMENT_LENGTH, required_message=missing
    )
    return comment or None


async def _check_record(errors: ErrorCollector, context: _Context, values: Values) -> None:
    """Check a process automation against the learner's record if it is approved, tried again, or gets other values.

    The learner's programme status is asked only for an approval, so that a tracker can be corrected meanwhile.
    """
    if context.approves and context.tracker.status in (TrackerStatus.NEW, TrackerStatus.APPROVED):
        await check_approval(errors, context.tracker, context.type_version)
    elif context.is_automation and values != context.tracker.values:
        await check_values(errors, context.type_version.definition, values, await context.tracker.learner)
