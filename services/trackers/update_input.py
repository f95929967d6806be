"""The check of an update's entry: everything that is wrong with it, told together.

A slot is judged only where it changes something; what stays as it is, is neither asked about again nor refused.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from models import Role, Tracker, TrackerCategory, TrackerStatus
from services.automations.approval import approval_problems
from services.forms.field_results import check_fields
from services.forms.kinds.lookup import UploadScope
from services.forms.kinds.types import CanonicalValue, SubmittedValue
from services.forms.validate import check_form
from services.kernel.absent import ABSENT, Absent
from services.kernel.dates import today
from services.kernel.errors import ErrorCode, Problem
from services.kernel.text import MAX_COMMENT_LENGTH, MAX_DESCRIPTION_LENGTH, check_plain_text
from services.tracker_types.catalogue import AvailableType, TypeVersion, forms, offered_types
from services.tracker_types.transitions import Transition
from services.trackers.create_input import assignee_problems, due_date_problems, find_member
from services.trackers.diff import TrackerState
from services.trackers.permissions import is_immutable, may_edit, transitions_from
from services.viewer import Viewer

Values: TypeAlias = Mapping[str, CanonicalValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateEntry:
    """What somebody enters to change a tracker; ``version`` is the one that they last read."""

    tracker_id: UUID
    version: int
    status: TrackerStatus | Absent | None = ABSENT
    assignee_id: UUID | Absent | None = ABSENT
    description: str | Absent | None = ABSENT
    due_date: dt.date | Absent | None = ABSENT
    values: Sequence[SubmittedValue] | Absent | None = ABSENT
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedUpdate:
    """An update after its check: the tracker as it was read, what it is to hold, the step taken, and the problems."""

    tracker: Tracker
    offered: AvailableType
    form: TypeVersion
    step: Transition | None
    after: TrackerState
    comment: str | None
    problems: tuple[Problem, ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether there is nothing to write, not even a comment."""
        return self.step is None and self.comment is None and self.after == TrackerState.of(self.tracker)

    @property
    def approves(self) -> bool:
        """Whether the record is to be changed by it: a process automation is approved, or tried again."""
        return self.step is not None and self.step.to == TrackerStatus.APPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    viewer: Viewer
    tracker: Tracker
    entry: UpdateEntry
    offered: AvailableType
    form: TypeVersion

    @property
    def uploads(self) -> UploadScope:
        return UploadScope(
            uploader_id=self.viewer.member_id, type_key=self.offered.type.key, tracker_id=self.tracker.id
        )

    @property
    def approving(self) -> bool:
        automation = self.offered.type.category == TrackerCategory.PROCESS_AUTOMATION
        return automation and self.entry.status == TrackerStatus.APPROVED


async def check_update(viewer: Viewer, tracker: Tracker, entry: UpdateEntry) -> CheckedUpdate:
    """Check an update by every rule but its version. Writes nothing, and stops at no first problem."""
    (offered,) = await offered_types(viewer, ids=[tracker.type_id], include_disabled=True)
    form = (await forms([tracker.type_version_id]))[tracker.type_version_id]
    case = _Case(viewer=viewer, tracker=tracker, entry=entry, offered=offered, form=form)
    step, of_status = _step(case)
    status = step.to if step else tracker.status
    assignee_id, of_assignee = await _assignee(case)
    description, of_description = _description(case)
    due_date, of_due_date = _due_date(case)
    values, of_values = await _values(case, status)
    comment, of_comment = _comment(case, step)
    after = TrackerState(
        status=status, assignee_id=assignee_id, description=description, due_date=due_date, values=values
    )
    problems = (*of_status, *of_assignee, *of_description, *of_due_date, *of_values, *of_comment)
    return CheckedUpdate(
        tracker=tracker,
        offered=offered,
        form=form,
        step=step,
        after=after,
        comment=comment,
        problems=(*problems, *await _of_record(case)),
    )


def _step(case: _Case) -> tuple[Transition | None, Sequence[Problem]]:
    to, path = case.entry.status, ("status",)
    if to is ABSENT:
        return None, ()
    if to is None:
        return None, (Problem(path, ErrorCode.REQUIRED, "A tracker always has a status."),)
    steps = transitions_from(case.viewer, case.tracker, case.offered, case.form)
    step = next((one for one in steps if one.to == to), None)
    if step is not None:
        return step, () if step.forbidden is None else (Problem(path, ErrorCode.FORBIDDEN, step.forbidden),)
    if to == case.tracker.status:
        return None, ()
    allowed = ", ".join(one.to for one in steps if one.viewer_can_take)
    message = f"No step leads from {case.tracker.status.capitalize()} to {to.capitalize()}."
    return None, (Problem(path, ErrorCode.STATUS_NOT_ALLOWED, message, (("allowed", allowed),)),)


def _refusal(case: _Case, label: str, *path: str) -> Problem | None:
    """Why a slot may not be changed here by the viewer, whatever is entered."""
    if path[0] == "values" and is_immutable(case.tracker, case.offered):
        message = f"{label} stays as it is: the tracker is {case.tracker.status.capitalize()}."
        return Problem(path, ErrorCode.IMMUTABLE, message)
    if not may_edit(case.viewer, case.tracker, case.offered):
        message = f"{label} needs the role {Role.EDIT_PROCESS_AUTOMATION_TRACKERS}, or to have made the tracker."
        return Problem(path, ErrorCode.FORBIDDEN, message)
    if case.approving:
        return Problem(path, ErrorCode.IMMUTABLE, f"{label} stays as it is: approving changes nothing else.")
    return None


async def _assignee(case: _Case) -> tuple[UUID | None, Sequence[Problem]]:
    given, stored = case.entry.assignee_id, case.tracker.assignee_id
    if isinstance(given, Absent) or given == stored:
        return stored, ()
    if refusal := _refusal(case, "The assignee", "assignee_id"):
        return stored, (refusal,)
    member = await find_member(case.viewer, given)
    return given, assignee_problems(case.viewer, given, member)


def _description(case: _Case) -> tuple[str, Sequence[Problem]]:
    given, stored = case.entry.description, case.tracker.description
    if given is ABSENT:
        return stored, ()
    label, path = "The description", ("description",)
    description, problems = check_plain_text(given, path=path, label=label, max_length=MAX_DESCRIPTION_LENGTH)
    if description == stored and not problems:
        return stored, ()
    refusal = _refusal(case, label, *path)
    return description, (refusal,) if refusal else problems


def _due_date(case: _Case) -> tuple[dt.date | None, Sequence[Problem]]:
    given, stored = case.entry.due_date, case.tracker.due_date
    if given is ABSENT or given == stored:
        return stored, ()
    refusal = _refusal(case, "The due date", "due_date")
    return given, (refusal,) if refusal else due_date_problems(given, today())


async def _values(case: _Case, entering: TrackerStatus) -> tuple[Values, Sequence[Problem]]:
    given = case.entry.values
    submitted = () if given is ABSENT or given is None else given
    refused = await _refused_values(case, submitted)
    form = await check_form(
        case.form.definition,
        [value for value in submitted if value.key not in refused],
        organisation_id=case.viewer.organisation_id,
        today=today(),
        stored=case.tracker.values,
        entering=entering,
        uploads=case.uploads,
    )
    problems = [*refused.values(), *(problem for problem in form.problems if problem.path[1] not in refused)]
    places = {field.key: place for place, field in enumerate(case.form.definition.fields)}
    problems.sort(key=lambda problem: places.get(problem.path[1], len(places)))
    if given is None:
        problems.append(Problem(("values",), ErrorCode.REQUIRED, "Clear a field by its key and the value null."))
    return form.values, problems


async def _refused_values(case: _Case, submitted: Sequence[SubmittedValue]) -> Mapping[str, Problem]:
    """The fields that the entry would change, where the viewer may change none."""
    if not submitted or _refusal(case, "", "values") is None:
        return {}
    stored = case.tracker.values
    answers = await check_fields(
        case.form.definition,
        submitted,
        organisation_id=case.viewer.organisation_id,
        today=today(),
        stored=stored,
        uploads=case.uploads,
    )
    refused = {}
    for field in case.form.definition.fields:
        answer = answers[field.key]
        if answer.given and answer.changed and (answer.filled or field.key in stored):
            refused[field.key] = _refusal(case, field.label, "values", field.key)
    return {key: problem for key, problem in refused.items() if problem}


def _comment(case: _Case, step: Transition | None) -> tuple[str | None, Sequence[Problem]]:
    path, label = ("comment",), "The comment"
    comment, problems = check_plain_text(case.entry.comment, path=path, label=label, max_length=MAX_COMMENT_LENGTH)
    if step and step.comment_required and not comment and not problems:
        return None, (Problem(path, ErrorCode.REQUIRED, f"Say why it becomes {step.to.capitalize()}."),)
    return comment or None, problems


async def _of_record(case: _Case) -> Sequence[Problem]:
    """What the learner's record has against approving, or trying again."""
    reached = case.tracker.status in (TrackerStatus.NEW, TrackerStatus.APPROVED)
    return await approval_problems(case.tracker, case.form) if case.approving and reached else ()
