"""Insertion of planned trackers with their events and notifications."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from models import Learner, Tracker, TrackerEvent, TrackerEventKind, TrackerStatus
from models.database import fetch
from services.demo.end_states import EndState
from services.demo.events import effective_date
from services.demo.notifications import insert_notifications
from services.demo.plan import TrackerPlan
from services.demo.snapshots import applied_changes, record_before, with_address_conflict


async def insert_trackers(organisation_id: UUID, plans: Sequence[TrackerPlan], now: dt.datetime) -> None:
    """Insert the planned trackers, numbered from 1 in order, and update the counters; no email is enqueued."""
    trackers = [_make_tracker(organisation_id, number, plan) for number, plan in enumerate(plans, 1)]
    planned = list(zip(trackers, plans, strict=True))
    await _add_address_conflict(planned)
    await Tracker.bulk_create(trackers)
    await TrackerEvent.bulk_create(event for tracker, plan in planned for event in _make_events(tracker, plan))
    await fetch(
        "UPDATE organisation_counter SET trackers = $2, newest_at = $3 WHERE organisation_id = $1",
        organisation_id,
        len(trackers),
        max(tracker.created_at for tracker in trackers),
    )
    await _set_changed_at(plans)
    await insert_notifications(planned, now)


def _make_tracker(organisation_id: UUID, number: int, plan: TrackerPlan) -> Tracker:
    is_waiting = plan.case.end_state is EndState.APPROVED
    return Tracker(
        organisation_id=organisation_id,
        number=number,
        type_id=plan.type.row.id,
        type_version_id=plan.type.version.id,
        learner_id=plan.case.learner.id,
        assignee_id=plan.assignee.id if plan.assignee else None,
        created_by_id=plan.creator.id,
        status=plan.case.end_state.status,
        description=plan.description,
        due_date=plan.due_date,
        values=dict(plan.values),
        record_before=record_before(plan.case, plan.values),
        version=len(plan.events),
        applies_on=effective_date(plan.case, plan.values) if is_waiting else None,
        created_at=plan.events[0].at,
        updated_at=plan.events[-1].at,
    )


async def _add_address_conflict(planned: Sequence[tuple[Tracker, TrackerPlan]]) -> None:
    """Make the snapshot of one open change of address differ from the learner's record, which prevents its approval."""
    for tracker, plan in planned:
        if plan.case.type_key == "CHANGE_OF_ADDRESS" and plan.case.end_state is EndState.NEW:
            tracker.record_before = with_address_conflict(tracker.record_before)
            # As if an import had corrected the record half a day later.
            corrected_at = tracker.created_at + dt.timedelta(hours=12)
            await Learner.filter(id=tracker.learner_id).update(imported_at=corrected_at)
            return


def _make_events(tracker: Tracker, plan: TrackerPlan) -> list[TrackerEvent]:
    events = []
    status = TrackerStatus.NEW
    for version, event in enumerate(plan.events, 1):
        changes: list[dict[str, Any]] = []
        if event.new_status is not None:
            before, after = status.capitalize(), event.new_status.capitalize()
            changes.append({"path": ["status"], "label": "Status", "before": before, "after": after})
            status = event.new_status
        if event.kind is TrackerEventKind.APPLIED:
            changes += applied_changes(plan.case, plan.values)
        events.append(
            TrackerEvent(
                organisation_id=tracker.organisation_id,
                tracker_id=tracker.id,
                kind=event.kind,
                actor_id=event.actor.id if event.actor else None,
                at=event.at,
                version=version,
                comment=event.comment,
                changes=changes,
            )
        )
    return events


async def _set_changed_at(plans: Sequence[TrackerPlan]) -> None:
    """Set ``changed_at`` of learners to the time at which an automation last changed their record."""
    for plan in plans:
        if plan.case.is_automation and plan.case.is_applied:
            await Learner.filter(id=plan.case.learner.id).update(changed_at=plan.events[-1].at)
