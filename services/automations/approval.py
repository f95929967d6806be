"""Approving process automations: checking what prevents the approval, then applying all changes or none."""

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
from services.automations.proposed_changes import ProposedChange, describe_changes, referenced_ids
from services.automations.rules import check_automation, meets_precondition
from services.automations.snapshots import Proposal, make_proposals
from services.forms.definitions import FieldKind, TypeDefinition
from services.forms.display import names_by_id
from services.forms.field_visibility import visible_fields
from services.history import write_event
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.words import quote
from services.notifications.notify import announce_change, notify
from services.tracker_types.versions import TypeVersion
from services.viewer import Viewer

_PROGRAMME_STATUS = "learner.programmeStatus"
_SCHEDULE = "UPDATE tracker SET applies_on = $2 WHERE id = $1"
_RESOLVE = """
UPDATE tracker SET status = 'RESOLVED', applies_on = NULL, version = $2, updated_at = now() WHERE id = $1
"""
_SELECT_APPROVER = """
SELECT actor_id FROM tracker_event WHERE tracker_id = $1 AND kind = 'STATUS_CHANGED' ORDER BY at DESC, id DESC LIMIT 1
"""


class Outcome(StrEnum):
    """The outcome of an approval: scheduled for its effective date, or applied."""

    WAITING = "WAITING"
    APPLIED = "APPLIED"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """A learner's record, and the changes that an automation proposes to it."""

    learner: Learner
    aims: Sequence[LearningAim]
    proposals: Sequence[Proposal]
    names: Mapping[UUID, str]

    @property
    def described_changes(self) -> list[ProposedChange]:
        """Return the proposals in words, in the same order."""
        return describe_changes(self.proposals, self.names)


async def check_approval(errors: ErrorCollector, tracker: Tracker, version: TypeVersion) -> None:
    """Add every problem that prevents approval: a failed precondition, a broken ILR rule, or a conflict.

    No locks are taken, so ``apply_or_schedule`` checks again.
    """
    await _check(errors, version.definition, tracker.values, await _read(tracker, version.definition))


async def apply_or_schedule(tracker: Tracker, version: TypeVersion, *, viewer: Viewer | None, day: dt.date) -> Outcome:
    """Apply an APPROVED automation, or schedule it for its effective date, in the caller's transaction.

    The caller holds the tracker's row lock, and its row and history already contain the approval. ``viewer`` is the
    approver, or None if the system applies a scheduled automation. Before anything is written, raises ValidationFailed
    with every problem: PRECONDITION_FAILED, a broken ILR rule, or CONFLICT at the field that requests a change to a
    value which has changed since. The caller must then call ``follow_up_outcome``, after its own notifications.
    """
    record = await _read(tracker, version.definition, lock=True)
    errors = ErrorCollector()
    await _check(errors, version.definition, tracker.values, record)
    errors.raise_if_any()
    applies_on = effective_date(version.definition, tracker.values)
    if applies_on is not None and applies_on > day:
        tracker.applies_on = applies_on
        await fetch(_SCHEDULE, tracker.id, applies_on)
        return Outcome.WAITING
    await write_record(record.learner, record.aims, record.proposals)
    await _resolve(tracker, record)
    return Outcome.APPLIED


async def follow_up_outcome(tracker: Tracker, outcome: Outcome, *, viewer: Viewer | None) -> None:
    """Notify the participants and open the follow-up if the automation was applied.

    ``viewer`` is None if the system applied it. The follow-up comes last, because it locks the organisation's counter.
    """
    if outcome is Outcome.APPLIED:
        await notify_participants(tracker, NotificationKind.APPLIED, viewer=viewer)
        await open_follow_up(tracker)


async def notify_participants(tracker: Tracker, kind: NotificationKind, *, viewer: Viewer | None) -> None:
    """Notify the creator and the assignee, except ``viewer``; if ``viewer`` is None, notify the approver too."""
    participants = {tracker.created_by_id, tracker.assignee_id}
    if viewer is None:
        participants.add(await _approver(tracker))
    else:
        participants.discard(viewer.member_id)
    await notify(participants, kind, tracker_id=tracker.id, actor_id=None)
    announce_change(tracker.id)


def effective_date(definition: TypeDefinition, values: Values) -> dt.date | None:
    """Return the date on which the record is to be changed, or None to change it on approval."""
    key = definition.effective_on
    if key is None or key not in values or key not in visible_fields(definition, values):
        return None
    return dt.date.fromisoformat(str(values[key]))


async def _read(tracker: Tracker, definition: TypeDefinition, *, lock: bool = False) -> _Record:
    query = Learner.filter(id=tracker.learner_id)
    # The weakest sufficient lock: it does not block creating trackers for the learner. Writers of aims take it too.
    learner = await (query.select_for_update(no_key=True) if lock else query).get()
    aims = await LearningAim.filter(learner_id=learner.id).order_by("sequence") if definition.reads_aims else []
    proposals = make_proposals(definition, tracker.values, learner, aims, tracker.record_before)
    names = await names_by_id(tracker.organisation_id, referenced_ids(proposals))
    return _Record(learner=learner, aims=aims, proposals=proposals, names=names)


async def _check(errors: ErrorCollector, definition: TypeDefinition, values: Values, record: _Record) -> None:
    await check_automation(errors, definition, values, record.learner, record.aims)
    # If the precondition fails, a conflict of the programme status would only repeat it.
    reported_fields = set() if meets_precondition(definition, record.learner) else {_PROGRAMME_STATUS}
    for proposal, change in zip(record.proposals, record.described_changes, strict=True):
        field_errors = errors.at(*proposal.change.path)
        if proposal.conflict and change.field not in reported_fields:
            _add_conflict(field_errors, change)
        elif _is_deleted(proposal, record.names):
            field_errors.add(ErrorCode.NOT_FOUND, f"{quote(change.label)}: the chosen record no longer exists.")


def _add_conflict(errors: ErrorCollector, change: ProposedChange) -> None:
    before, now = (f"“{text}”" if text else "empty" for text in (change.before, change.current))
    message = f"{quote(change.label)} was {before} when this was entered, and is {now} now."
    errors.add(ErrorCode.CONFLICT, message, field=change.field)


def _is_deleted(proposal: Proposal, names: Mapping[UUID, str]) -> bool:
    """Return whether the proposal refers to an employer or programme that has been deleted."""
    after = proposal.change.after
    return proposal.change.field.kind is FieldKind.REFERENCE and after is not None and UUID(str(after)) not in names


async def _resolve(tracker: Tracker, record: _Record) -> None:
    """Set the tracker to RESOLVED, and record the applied changes in its history."""
    tracker.status, tracker.applies_on, tracker.version = TrackerStatus.RESOLVED, None, tracker.version + 1
    await fetch(_RESOLVE, tracker.id, tracker.version)
    status: dict[str, Any] = {"path": ["status"], "label": "Status", "before": "Approved", "after": "Resolved"}
    record_changes = [
        {"path": change.field.split("."), "label": change.label, "before": change.before, "after": change.after}
        for proposal, change in zip(record.proposals, record.described_changes, strict=True)
        if proposal.needs_write
    ]
    kind = TrackerEventKind.APPLIED
    await write_event(tracker, kind, version=tracker.version, actor_id=None, changes=[status, *record_changes])


async def _approver(tracker: Tracker) -> UUID | None:
    """Return the id of the member who approved the tracker: the last one to change its status."""
    events = await fetch(_SELECT_APPROVER, tracker.id)
    return events[0]["actor_id"] if events else None
