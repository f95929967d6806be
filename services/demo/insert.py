"""Writes the trackers of the demo data with their histories, and tells those whom it would have told."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from models import (
    Learner,
    Notification,
    NotificationKind,
    Tracker,
    TrackerEvent,
    TrackerEventKind,
    TrackerStatus,
)
from models.database import fetch
from services.demo.endings import Ending
from services.demo.histories import AT_ONCE, Step, effective_day
from services.demo.records import carried_out, corrected_since, record_before
from services.demo.trackers import Plan

_READ_AFTER = dt.timedelta(days=7)
_TELLS = {
    TrackerEventKind.STATUS_CHANGED: NotificationKind.STATUS_CHANGED,
    TrackerEventKind.APPLIED: NotificationKind.APPLIED,
    TrackerEventKind.APPLY_FAILED: NotificationKind.APPLY_FAILED,
}


async def write_trackers(organisation_id: UUID, plans: Sequence[Plan], now: dt.datetime) -> None:
    """Write the plans, numbered from 1 in their order, with the counters that go with them. No mail is owed."""
    trackers = [_tracker(organisation_id, number, plan) for number, plan in enumerate(plans, 1)]
    await _correct_one(list(zip(trackers, plans, strict=True)))
    await Tracker.bulk_create(trackers)
    await TrackerEvent.bulk_create(
        event for tracker, plan in zip(trackers, plans, strict=True) for event in _events(tracker, plan)
    )
    await fetch(
        "UPDATE organisation_counter SET trackers = $2, newest_at = $3 WHERE organisation_id = $1",
        organisation_id,
        len(trackers),
        max(tracker.created_at for tracker in trackers),
    )
    await _mark_changed(plans)
    await _notify(list(zip(trackers, plans, strict=True)), now)


def _tracker(organisation_id: UUID, number: int, plan: Plan) -> Tracker:
    waiting = plan.case.ending is Ending.APPROVED
    return Tracker(
        organisation_id=organisation_id,
        number=number,
        type_id=plan.of.type.id,
        type_version_id=plan.of.form.id,
        learner_id=plan.case.learner.id,
        assignee_id=plan.assignee.id if plan.assignee else None,
        created_by_id=plan.creator.id,
        status=plan.case.ending.status,
        description=plan.description,
        due_date=plan.due_date,
        values=dict(plan.values),
        record_before=record_before(plan.case, plan.values),
        version=len(plan.steps),
        applies_on=effective_day(plan.case, plan.values) if waiting else None,
        created_at=plan.steps[0].at,
        updated_at=plan.steps[-1].at,
    )


async def _correct_one(written: Sequence[tuple[Tracker, Plan]]) -> None:
    """Of one open change of address the record has changed since: it cannot be approved as it stands."""
    for tracker, plan in written:
        if plan.case.type_key == "CHANGE_OF_ADDRESS" and plan.case.ending is Ending.NEW:
            tracker.record_before = corrected_since(tracker.record_before)
            # As an import of the day after would have it.
            corrected = tracker.created_at + dt.timedelta(hours=12)
            await Learner.filter(id=tracker.learner_id).update(imported_at=corrected)
            return


def _events(tracker: Tracker, plan: Plan) -> list[TrackerEvent]:
    events = []
    status = TrackerStatus.NEW
    for version, step in enumerate(plan.steps, 1):
        changes: list[dict[str, Any]] = []
        if step.to is not None:
            before, after = status.capitalize(), step.to.capitalize()
            changes.append({"path": ["status"], "label": "Status", "before": before, "after": after})
            status = step.to
        if step.kind is TrackerEventKind.APPLIED:
            changes += carried_out(plan.case, plan.values)
        events.append(
            TrackerEvent(
                organisation_id=tracker.organisation_id,
                tracker_id=tracker.id,
                kind=step.kind,
                actor_id=step.actor.id if step.actor else None,
                at=step.at,
                version=version,
                comment=step.comment,
                changes=changes,
            )
        )
    return events


async def _mark_changed(plans: Sequence[Plan]) -> None:
    """Note when an automation last changed a learner's record."""
    for plan in plans:
        if plan.case.automation and plan.case.applied:
            await Learner.filter(id=plan.case.learner.id).update(changed_at=plan.steps[-1].at)


async def _notify(written: Sequence[tuple[Tracker, Plan]], now: dt.datetime) -> None:
    """Tell the assignee of the assignment, creator and assignee of the rest, and nobody of their own doing."""
    told = sorted(
        (
            (step, tracker, recipient)
            for tracker, plan in written
            for step in plan.steps
            for recipient in _hears(step, plan)
        ),
        key=lambda item: item[0].at,
    )
    cursors: dict[UUID, int] = {}
    notifications = []
    for step, tracker, recipient in told:
        cursors[recipient] = cursors.get(recipient, 0) + 1
        read = now - step.at > _READ_AFTER or cursors[recipient] % 3 == 0
        notifications.append(
            Notification(
                recipient_id=recipient,
                cursor=cursors[recipient],
                kind=_TELLS.get(step.kind, NotificationKind.ASSIGNED),
                tracker_id=tracker.id,
                actor_id=step.actor.id if step.actor else None,
                created_at=step.at,
                read_at=step.at + dt.timedelta(hours=1) if read else None,
            )
        )
    await Notification.bulk_create(notifications)
    for member, cursor in cursors.items():
        await fetch("UPDATE inbox SET cursor = $2 WHERE member_id = $1", member, cursor)


def _hears(step: Step, plan: Plan) -> list[UUID]:
    """Who is told of a step: also who approved it of what the system did later, but not of what it did at once."""
    involved = [plan.assignee] if step.kind is TrackerEventKind.CREATED else [plan.creator, plan.assignee]
    doer = step.actor
    if doer is None:
        approved = plan.steps[plan.steps.index(step) - 1]
        if step.at - approved.at > AT_ONCE:
            involved.append(approved.actor)
        else:
            doer = approved.actor
    ids = {member.id: None for member in involved if member and member is not doer}
    return list(ids)
