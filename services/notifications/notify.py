"""Notifying members about a tracker in the caller's transaction: inbox, email and wake-up."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import count
from uuid import UUID

from models import NotificationKind
from models.base import new_id
from models.database import fetch
from services.kernel.channels import INBOX, TRACKER_CHANGES, wake, wake_all
from services.kernel.sql import NamedParameterStatement
from services.mail_queue import INSERT_MAIL, enqueue_assignments

# The inboxes are locked in ascending order of member ids before they are counted up.
_INSERT_EACH = NamedParameterStatement(f"""
WITH recipient AS (
    SELECT * FROM unnest(:recipient_ids::uuid[], :kinds::text[], :ids::uuid[], :mail_ids::uuid[])
        AS new(member_id, kind, notification_id, mail_id)
), locked AS (
    SELECT member_id FROM inbox WHERE member_id = ANY(:recipient_ids) ORDER BY member_id FOR NO KEY UPDATE
), counted AS (
    UPDATE inbox SET cursor = cursor + 1 FROM locked WHERE inbox.member_id = locked.member_id
    RETURNING inbox.member_id, inbox.cursor
), notified AS (
    INSERT INTO notification (id, recipient_id, cursor, kind, tracker_id, actor_id, created_at)
    SELECT notification_id, member_id, cursor, kind, :tracker_id, :actor_id, now()
    FROM counted JOIN recipient USING (member_id)
    RETURNING id, recipient_id, kind
)
{INSERT_MAIL}
SELECT mail_id, 'ASSIGNMENT', recipient_id, id, now(), now(), 0
FROM notified JOIN recipient ON notification_id = id WHERE notified.kind = 'ASSIGNED'
""")
_COUNT_SEVERAL = """
UPDATE inbox SET cursor = cursor + new.count FROM unnest($1::uuid[], $2::int[]) AS new(member_id, count)
WHERE inbox.member_id = new.member_id RETURNING inbox.member_id, inbox.cursor"""
_INSERT_SEVERAL = """
INSERT INTO notification (id, recipient_id, cursor, kind, tracker_id, created_at)
SELECT id, recipient_id, cursor, $5, tracker_id, now()
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[]) AS new(id, recipient_id, cursor, tracker_id)"""


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

    Inboxes are locked in ascending order of member ids, after all other locks except the organisation's counter; every writer
    follows this order to avoid deadlocks.
    """
    recipients = sorted(kinds.keys() - {actor_id})
    if not recipients:
        return
    await _INSERT_EACH.fetch(
        recipient_ids=recipients,
        kinds=[kinds[member_id] for member_id in recipients],
        ids=[new_id() for _ in recipients],
        mail_ids=[new_id() for _ in recipients],
        tracker_id=tracker_id,
        actor_id=actor_id,
    )
    wake_all(INBOX, recipients)


async def lock_inboxes(members: Collection[UUID]) -> None:
    """Lock inboxes in the order in which every writer locks them, for several calls of ``notify_of_several``."""
    await fetch("SELECT FROM inbox WHERE member_id = ANY($1) ORDER BY member_id FOR UPDATE", list(members))


async def notify_of_several(recipients: Sequence[tuple[UUID, UUID]], kind: NotificationKind) -> None:
    """Notify members on behalf of the system: ``recipients`` has pairs of a member and a tracker, in order.

    It does what ``notify_each`` does, with a few statements. The caller has locked the inboxes.
    """
    if not recipients:
        return
    counts = Counter(member_id for member_id, _ in recipients)
    rows = await fetch(_COUNT_SEVERAL, list(counts), list(counts.values()))
    cursors = {row["member_id"]: count(row["cursor"] - counts[row["member_id"]] + 1) for row in rows}
    new = [(new_id(), member_id, next(cursors[member_id]), tracker_id) for member_id, tracker_id in recipients]
    await fetch(_INSERT_SEVERAL, *(list(column) for column in zip(*new, strict=True)), kind)
    if kind == NotificationKind.ASSIGNED:
        await enqueue_assignments([(member_id, notification_id) for notification_id, member_id, _, _ in new])
    wake_all(INBOX, counts)


def announce_change(tracker_id: UUID) -> None:
    """Wake the subscriptions to a tracker once the caller's transaction has been committed."""
    wake(TRACKER_CHANGES, tracker_id)
