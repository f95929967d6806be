"""Generation of the notifications about the events of demo trackers."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from models import Notification, NotificationKind, Tracker, TrackerEventKind
from models.database import fetch
from services.demo.events import APPLY_DELAY, PlannedEvent
from services.demo.plan import TrackerPlan

_READ_AFTER = dt.timedelta(days=7)
_KINDS = {
    TrackerEventKind.CREATED: NotificationKind.ASSIGNED,
    TrackerEventKind.STATUS_CHANGED: NotificationKind.STATUS_CHANGED,
    TrackerEventKind.APPLIED: NotificationKind.APPLIED,
    TrackerEventKind.APPLY_FAILED: NotificationKind.APPLY_FAILED,
}


async def insert_notifications(planned: Sequence[tuple[Tracker, TrackerPlan]], now: dt.datetime) -> None:
    """Insert the notifications about all events, and advance each recipient's cursor.

    Notifications older than a week, and every third notification of a recipient, are marked as read.
    """
    events = sorted(
        (
            (event, tracker, recipient)
            for tracker, plan in planned
            for event in plan.events
            for recipient in _recipients(event, plan)
        ),
        key=lambda item: item[0].at,
    )
    cursors: dict[UUID, int] = {}
    read_counts: Counter[UUID] = Counter()
    notifications = []
    for event, tracker, recipient in events:
        cursors[recipient] = cursors.get(recipient, 0) + 1
        is_read = now - event.at > _READ_AFTER or cursors[recipient] % 3 == 0
        read_counts[recipient] += is_read
        notifications.append(
            Notification(
                recipient_id=recipient,
                cursor=cursors[recipient],
                kind=_KINDS[event.kind],
                tracker_id=tracker.id,
                actor_id=event.actor.id if event.actor else None,
                created_at=event.at,
                read_at=event.at + dt.timedelta(hours=1) if is_read else None,
            )
        )
    await Notification.bulk_create(notifications)
    for member, cursor in cursors.items():
        await fetch(
            "UPDATE inbox SET cursor = $2, read_count = $3 WHERE member_id = $1", member, cursor, read_counts[member]
        )


def _recipients(event: PlannedEvent, plan: TrackerPlan) -> list[UUID]:
    """Return the ids of the members to notify of an event, excluding its actor.

    The assignee is notified of the creation, and the creator and the assignee of all other events. If the system
    applies an automation immediately after its approval, the approver counts as the actor; if it applies one later, the
    approver is notified too.
    """
    involved = [plan.assignee] if event.kind is TrackerEventKind.CREATED else [plan.creator, plan.assignee]
    actor = event.actor
    if actor is None:
        approval = plan.events[plan.events.index(event) - 1]
        if event.at - approval.at > APPLY_DELAY:
            involved.append(approval.actor)
        else:
            actor = approval.actor
    return list(dict.fromkeys(member.id for member in involved if member and member is not actor))
