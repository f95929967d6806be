"""Approving process automations: what stands against it, and carrying it out, all of it or nothing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from models import Learner, LearningAim, NotificationKind, Tracker, TrackerEventKind, TrackerStatus
from models.database import fetch
from services.automations.apply import write_record
from services.automations.follow_ups import open_follow_up
from services.automations.plan import Values
from services.automations.proposed_changes import ProposedChange, references, worded
from services.automations.rules import automation_problems
from services.automations.snapshots import Proposal, proposals
from services.forms.definitions import FieldKind, TypeDefinition
from services.forms.display import names_by_id
from services.forms.visibility import visible_fields
from services.history import write_event
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.notifications.notify import announce_change, notify
from services.tracker_types.versions import TypeVersion
from services.viewer import Viewer

_STATUS = "learner.programmeStatus"
_WAIT = "UPDATE tracker SET applies_on = $2 WHERE id = $1"
_RESOLVE = """
UPDATE tracker SET status = 'RESOLVED', applies_on = NULL, version = $2, updated_at = now() WHERE id = $1
"""
_APPROVER = """
SELECT actor_id FROM tracker_event WHERE tracker_id = $1 AND kind = 'STATUS_CHANGED' ORDER BY at DESC, id DESC LIMIT 1
"""


class Outcome(StrEnum):
    """What came of an approval: it waits for its day, or it is done."""

    WAITING = "WAITING"
    APPLIED = "APPLIED"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """A learner's record, and what the automation would make of it."""

    learner: Learner
    aims: Sequence[LearningAim]
    found: Sequence[Proposal]
    names: Mapping[UUID, str]

    @property
    def told(self) -> list[ProposedChange]:
        """What it would do, in words."""
        return worded(self.found, self.names)


async def approval_problems(tracker: Tracker, form: TypeVersion) -> list[Problem]:
    """All that the record has against approving a tracker, or trying again: precondition, ILR's rules, conflicts.

    Locks nothing, so ``apply_or_schedule`` asks again.
    """
    return await _problems(form.definition, tracker.values, await _read(tracker, form.definition))


async def apply_or_schedule(tracker: Tracker, form: TypeVersion, *, viewer: Viewer | None, day: dt.date) -> Outcome:
    """Do what an APPROVED automation is to do, or have it wait for its day, in the caller's transaction.

    The caller holds the tracker's lock; its row and history already say that it was approved. ``viewer`` is who
    approves it now, None the system on the day. Raises ValidationFailed, before anything is written, with all that stands
    against it: PRECONDITION_FAILED, an ILR rule, or CONFLICT at the field that asks for what has changed since.
    The caller then tells of the outcome by ``notify_outcome``, after its own news.
    """
    record = await _read(tracker, form.definition, lock=True)
    if problems := await _problems(form.definition, tracker.values, record):
        raise ValidationFailed(problems)
    effective = effective_day(form.definition, tracker.values)
    if effective is not None and effective > day:
        tracker.applies_on = effective
        await fetch(_WAIT, tracker.id, effective)
        return Outcome.WAITING
    await write_record(record.learner, record.aims, record.found)
    await _resolve(tracker, record)
    await open_follow_up(tracker)
    return Outcome.APPLIED


async def notify_outcome(tracker: Tracker, outcome: Outcome, *, viewer: Viewer | None) -> None:
    """Tell creator and assignee, and of the system's doing the approver too, that the record was changed."""
    if outcome is Outcome.APPLIED:
        await tell_those_concerned(tracker, NotificationKind.APPLIED, viewer=viewer)


async def tell_those_concerned(tracker: Tracker, kind: NotificationKind, *, viewer: Viewer | None) -> None:
    """Tell of what the system did, at a viewer's approval or by itself; not whoever approved it just now."""
    concerned = {tracker.created_by_id, tracker.assignee_id}
    if viewer is None:
        concerned.add(await _approver(tracker))
    else:
        concerned.discard(viewer.member_id)
    await notify(concerned, kind, tracker_id=tracker.id, actor_id=None)
    await announce_change(tracker.id)


def effective_day(definition: TypeDefinition, values: Values) -> dt.date | None:
    """The day from which the record is to be changed; None: at once."""
    key = definition.effective_on
    if key is None or key not in values or key not in visible_fields(definition, values):
        return None
    return dt.date.fromisoformat(str(values[key]))


async def _read(tracker: Tracker, definition: TypeDefinition, *, lock: bool = False) -> _Record:
    query = Learner.filter(id=tracker.learner_id)
    # As weak a lock as will do: trackers may still be opened about the learner. Who changes aims holds it too.
    learner = await (query.select_for_update(no_key=True) if lock else query).get()
    aims = await LearningAim.filter(learner_id=learner.id).order_by("sequence") if definition.aims else []
    found = proposals(definition, tracker.values, learner, aims, tracker.record_before)
    return _Record(
        learner=learner, aims=aims, found=found, names=await names_by_id(tracker.organisation_id, references(found))
    )


async def _problems(definition: TypeDefinition, values: Values, record: _Record) -> list[Problem]:
    problems = await automation_problems(definition, values, record.learner, record.aims)
    # A programme status that does not permit it has been told; that it changed says the same again.
    told = {_STATUS} if any(one.code == ErrorCode.PRECONDITION_FAILED for one in problems) else set()
    for item, change in zip(record.found, record.told, strict=True):
        if item.conflict and change.field not in told:
            problems.append(_conflict(item, change))
        elif _is_gone(item, record.names):
            message = f"{change.label}: what was chosen is no longer there."
            problems.append(Problem(item.change.path, ErrorCode.NOT_FOUND, message))
    return problems


def _conflict(item: Proposal, change: ProposedChange) -> Problem:
    before, now = (f"“{text}”" if text else "empty" for text in (change.before, change.current))
    message = f"{change.label} was {before} when this was entered, and is {now} now."
    return Problem(item.change.path, ErrorCode.CONFLICT, message, (("field", change.field),))


def _is_gone(item: Proposal, names: Mapping[UUID, str]) -> bool:
    after = item.change.after
    return item.change.field.kind is FieldKind.REFERENCE and after is not None and UUID(str(after)) not in names


async def _resolve(tracker: Tracker, record: _Record) -> None:
    """Bring the tracker's row and history to RESOLVED."""
    tracker.status, tracker.applies_on, tracker.version = TrackerStatus.RESOLVED, None, tracker.version + 1
    await fetch(_RESOLVE, tracker.id, tracker.version)
    status: dict[str, Any] = {"path": ["status"], "label": "Status", "before": "Approved", "after": "Resolved"}
    done = [
        {"path": change.field.split("."), "label": change.label, "before": change.before, "after": change.after}
        for item, change in zip(record.found, record.told, strict=True)
        if item.writes
    ]
    kind = TrackerEventKind.APPLIED
    await write_event(tracker, kind, version=tracker.version, actor_id=None, changes=[status, *done])


async def _approver(tracker: Tracker) -> UUID | None:
    """Who approved it: of an APPROVED tracker, and of one that was just applied, the last to change its status."""
    found = await fetch(_APPROVER, tracker.id)
    return found[0]["actor_id"] if found else None
