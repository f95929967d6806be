"""Notifying members about a tracker in the caller's transaction: inbox, email and wake-up."""

from collections.abc import Collection, Mapping
from uuid import UUID

from models import NotificationKind
from models.base import new_id
from services.kernel.channels import INBOX, TRACKER_CHANGES, wake
from services.kernel.sql import NamedParameterStatement
from services.mail_queue import enqueue_assignment

_INSERT_NOTIFICATION = NamedParameterStatement("""
WITH counted AS (
    UPDATE inbox SET cursor = cursor + 1 WHERE member_id = :recipient_id RETURNING member_id, cursor
)
INSERT INTO notification (id, recipient_id, cursor, kind, tracker_id, actor_id, created_at)
SELECT :id, member_id, cursor, :kind, :tracker_id, :actor_id, now() FROM counted
""")


async def notify(
    recipients: Collection[UUID | None],
    kind: NotificationKind,
    *,
    tracker_id: UUID,
    actor_id: UUID | None,
) -> None:
    """Send the same kind of notification to all recipients, as ``notify_each`` does; None among them is ignored."""
    kinds = {member_id: kind for member_id in recipients if member_id is not None}
    await notify_each(kinds, tracker_id=tracker_id, actor_id=actor_id)


async def notify_each(kinds: Mapping[UUID, NotificationKind], *, tracker_id: UUID, actor_id: UUID | None) -> None:
    """Send each member, except the actor, a notification of their kind; enqueue an email for ASSIGNED.

    Inboxes are locked in ascending order of member ids, after all other locks; every writer follows this order to avoid
    deadlocks.
    """
    for member_id in sorted(kinds.keys() - {actor_id}):
        notification_id, kind = new_id(), kinds[member_id]
        await _INSERT_NOTIFICATION.fetch(
            id=notification_id, recipient_id=member_id, kind=kind, tracker_id=tracker_id, actor_id=actor_id
        )
        if kind == NotificationKind.ASSIGNED:
            await enqueue_assignment(member_id, notification_id)
        await wake(INBOX, member_id)


async def announce_change(tracker_id: UUID) -> None:
    """Wake the subscriptions to a tracker when the caller's transaction commits."""
    await wake(TRACKER_CHANGES, tracker_id)
