"""Telling members of a tracker: notifications with the next cursors, mails, wake-ups, in the caller's transaction."""

from collections.abc import Collection, Mapping
from uuid import UUID

from models import NotificationKind
from models.base import new_id
from models.database import fetch
from services.kernel.channels import INBOX, TRACKER_CHANGES, wake
from services.mail_queue import enqueue_assignment

_TELL = """
WITH told AS (
    UPDATE inbox SET cursor = cursor + 1 WHERE member_id = $1 RETURNING member_id, cursor
)
INSERT INTO notification (id, recipient_id, cursor, kind, tracker_id, actor_id, created_at)
SELECT $2, member_id, cursor, $3, $4, $5, now() FROM told
"""


async def notify(
    recipients: Collection[UUID | None],
    kind: NotificationKind,
    *,
    tracker_id: UUID,
    actor_id: UUID | None,
) -> None:
    """Notify members of the same: see ``notify_each``. None is nobody."""
    news = {one: kind for one in recipients if one is not None}
    await notify_each(news, tracker_id=tracker_id, actor_id=actor_id)


async def notify_each(news: Mapping[UUID, NotificationKind], *, tracker_id: UUID, actor_id: UUID | None) -> None:
    """Notify each member of their kind of news, of ASSIGNED by mail too. Nobody is told of their own doing.

    Inboxes are taken by ascending member id, after every other lock: all writers keep this order.
    """
    for member_id in sorted(news.keys() - {actor_id}):
        notification_id, kind = new_id(), news[member_id]
        await fetch(_TELL, member_id, notification_id, kind, tracker_id, actor_id)
        if kind == NotificationKind.ASSIGNED:
            await enqueue_assignment(member_id, notification_id)
        await wake(INBOX, member_id)


async def announce_change(tracker_id: UUID) -> None:
    """Wake the open pages of a tracker; they hear of it once the caller's transaction has committed."""
    await wake(TRACKER_CHANGES, tracker_id)
