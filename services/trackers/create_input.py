"""The check of a new tracker's entry: everything that is wrong with it, told together."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from models import Learner, LearningAim, Member, MemberKind, Role, TrackerCategory, TrackerStatus
from models.rows import columns, row
from services.accounts.assignees import unassignable_error
from services.automations.rules import automation_problems
from services.automations.snapshots import Snapshot, snapshot_of
from services.forms.kinds.lookup import UploadScope
from services.forms.kinds.numbers import plain_text
from services.forms.kinds.types import Reference, SubmittedValue
from services.forms.validate import CheckedForm, check_form
from services.kernel.dates import LATEST_DATE, format_date, today
from services.kernel.errors import ErrorCode, Problem
from services.kernel.sql import StatementBuilder
from services.kernel.text import MAX_DESCRIPTION_LENGTH, check_plain_text, clean_text
from services.tracker_types.catalogue import AvailableType, type_by_key
from services.viewer import Viewer
from services.visibility import visible

NOTHING_CHECKED = CheckedForm(values={}, cleared=(), problems=())


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerEntry:
    """What somebody enters to open a tracker."""

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
        """Return what two entries share if they say the same.

        The order of values, the spelling of numbers and surrounding blanks do not count, nor does the idempotency key.
        """
        return {
            "type": self.type,
            "typeVersion": self.type_version,
            "learner": str(self.learner_id) if self.learner_id else None,
            "assignee": str(self.assignee_id) if self.assignee_id else None,
            "status": self.status,
            "description": clean_text(self.description or ""),
            "dueDate": self.due_date.isoformat() if self.due_date else None,
            "values": sorted([_canonical(value) for value in self.values], key=lambda pair: pair[0]),
        }


def _canonical(submitted: SubmittedValue) -> list[Any]:
    value: Any = submitted.value
    match value:
        case str():
            value = clean_text(value) or None
        case Decimal():
            value = plain_text(value)
        case list():
            value = sorted({_file_text(part) if isinstance(part, UUID) else str(part) for part in value}) or None
        case Reference():
            value = _node_text(value.target.capitalize() if value.target else "", value.id)
        case dt.date():
            value = value.isoformat()
    return [submitted.key, submitted.slot if value is not None else None, value]


def _file_text(file_id: UUID) -> str:
    return _node_text("File", file_id)


def _node_text(type_name: str, id: UUID) -> str:  # noqa: A002 - what it is
    """Return an id as version 0.1.0 wrote it before hashing: digests that are stored must stay comparable."""
    return f"NodeReference(type_name={type_name!r}, id={id!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedEntry:
    """An entry after its check: the rows that it names, its values as they are kept, and its problems."""

    type: AvailableType | None
    learner: Learner | None
    assignee: Member | None
    description: str
    values: Mapping[str, Any]
    record_before: Snapshot | None
    problems: tuple[Problem, ...]


async def check_entry(viewer: Viewer, entry: TrackerEntry) -> CheckedEntry:
    """Check an entry by every rule. Writes nothing, and stops at no first problem."""
    day = today()
    offered, learner, assignee = await asyncio.gather(
        _offered(viewer, entry.type), _learner(viewer, entry.learner_id), find_member(viewer, entry.assignee_id)
    )
    form, record_before, record_problems = await _check_values(viewer, entry, offered, learner, day)
    description, description_problems = check_plain_text(
        entry.description, path=("description",), label="The description", max_length=MAX_DESCRIPTION_LENGTH
    )
    problems = (
        *_type_problems(viewer, entry, offered),
        *_learner_problems(entry, learner),
        *_status_problems(entry),
        *assignee_problems(viewer, entry.assignee_id, assignee),
        *description_problems,
        *due_date_problems(entry.due_date, day),
        *form.problems,
        *record_problems,
    )
    return CheckedEntry(
        type=offered,
        learner=learner,
        assignee=assignee,
        description=description,
        values=form.values,
        record_before=record_before,
        problems=problems,
    )


async def _offered(viewer: Viewer, key: str) -> AvailableType | None:
    """The type of the key, unless it is archived: that is unknown to a new tracker."""
    offered = await type_by_key(viewer, key)
    return None if offered is None or offered.type.archived else offered


async def _check_values(
    viewer: Viewer, entry: TrackerEntry, offered: AvailableType | None, learner: Learner | None, day: dt.date
) -> tuple[CheckedForm, Snapshot | None, list[Problem]]:
    """The entry's form; if it is an automation's, what the learner's record holds and has against it."""
    if offered is None:
        return NOTHING_CHECKED, None, []
    definition = offered.form.definition
    uploads = UploadScope(uploader_id=viewer.member_id, type_key=offered.type.key)
    form = await check_form(
        definition, entry.values, organisation_id=viewer.organisation_id, today=day, uploads=uploads
    )
    if learner is None or offered.type.category != TrackerCategory.PROCESS_AUTOMATION:
        return form, None, []
    aims = await LearningAim.filter(learner_id=learner.id) if definition.aims else []
    problems = await automation_problems(definition, form.values, learner, aims)
    return form, snapshot_of(definition, learner, aims), problems


async def _learner(viewer: Viewer, learner_id: UUID | None) -> Learner | None:
    if learner_id is None:
        return None
    statement = StatementBuilder()
    found = await statement.fetch(
        f"SELECT {columns(Learner, 'l')} FROM learner l "
        f"WHERE {visible(Learner, 'l', viewer, statement)} AND l.id = {statement.bind(learner_id)}"
    )
    return row(Learner, "l", found[0]) if found else None


async def find_member(viewer: Viewer, member_id: UUID | None) -> Member | None:
    """Return the organisation's member of this id, active or not; None for None."""
    if member_id is None:
        return None
    return await Member.get_or_none(id=member_id, organisation_id=viewer.organisation_id)


def _type_problems(viewer: Viewer, entry: TrackerEntry, offered: AvailableType | None) -> list[Problem]:
    if offered is None:
        return [Problem(("type",), ErrorCode.UNKNOWN_TYPE, "There is no such tracker type.")]
    problems = []
    if not offered.can_be_created_by(viewer):
        message = f"A {offered.type.name} tracker needs the role {Role.CREATE_PROCESS_AUTOMATION_TRACKERS}."
        problems.append(Problem(("type",), ErrorCode.FORBIDDEN, message))
    newest = offered.form.version
    if entry.type_version is not None and entry.type_version != newest:
        message = f"The form of {offered.type.name} has changed: version {newest} is in force. Load it again."
        problems.append(Problem(("type_version",), ErrorCode.TYPE_CHANGED, message, (("version", str(newest)),)))
    return problems


def _learner_problems(entry: TrackerEntry, learner: Learner | None) -> list[Problem]:
    if entry.learner_id is None:
        return [Problem(("learner_id",), ErrorCode.REQUIRED, "Choose the learner.")]
    if learner is None:
        return [Problem(("learner_id",), ErrorCode.NOT_FOUND, "There is no such learner.")]
    return []


def _status_problems(entry: TrackerEntry) -> list[Problem]:
    if entry.status == TrackerStatus.NEW:
        return []
    message = "A tracker is created as NEW."
    return [Problem(("status",), ErrorCode.STATUS_NOT_ALLOWED, message, (("allowed", "NEW"),))]


def assignee_problems(viewer: Viewer, assignee_id: UUID | None, assignee: Member | None) -> list[Problem]:
    """Who may be assignee: an active administrator of the organisation, or oneself."""
    if assignee_id is None:
        return []
    if assignee is None:
        return [Problem(("assignee_id",), ErrorCode.NOT_FOUND, "There is no such member.")]
    if assignee.id == viewer.member_id or (assignee.active and assignee.kind == MemberKind.ADMINISTRATOR):
        return []
    return [unassignable_error(assignee.name)]


def due_date_problems(due_date: dt.date | None, day: dt.date) -> list[Problem]:
    """A due date set may not lie before today, nor beyond the year 2100."""
    if due_date is None or day <= due_date <= LATEST_DATE:
        return []
    if due_date < day:
        message = f"The due date must be {format_date(day)} or later."
        return [Problem(("due_date",), ErrorCode.TOO_EARLY, message, (("earliest", day.isoformat()),))]
    message = f"The due date must be {format_date(LATEST_DATE)} or earlier."
    return [Problem(("due_date",), ErrorCode.TOO_LATE, message, (("latest", LATEST_DATE.isoformat()),))]
