"""Enqueues emails in the outbox, in the caller's transaction; the package ``mail`` composes and sends them.

A row only identifies the recipient and the reason for the email; the text is composed when it is sent. This module is
separate from ``mail`` because ``mail`` imports from the packages that enqueue emails.
"""

from collections.abc import Sequence
from uuid import UUID

from models import MailKind
from models.base import new_id
from models.database import fetch
from models.wake_ups import WakeUp, announce
from services.kernel.channels import INBOX, wake
from services.kernel.hourly_counts import count_within_hour
from services.kernel.sql import NamedParameterStatement

NOTICES_PER_HOUR = 20
"""How many emails of a kind a member is sent about their own account, each within an hour of the last, before an hour
without any. Whoever signs in, or adds and removes factors, in a loop would otherwise delay the emails of everybody."""
INSERT_MAIL = "INSERT INTO mail (id, kind, recipient_id, notification_id, created_at, due_at, attempts)"
"""The start of every statement that enqueues an email.

Those of notifications are part of the statements in ``notifications.notify`` and ``trackers.insert``, whose callers wake
the recipients' inboxes, which wakes the outbox too.
"""
_ENQUEUE = NamedParameterStatement(f"{INSERT_MAIL} VALUES (:id, :kind, :recipient_id, NULL, now(), now(), 0)")
_ENQUEUE_ABOUT_SESSION = NamedParameterStatement("""
INSERT INTO mail (id, kind, recipient_id, session_id, created_at, due_at, attempts)
VALUES (:id, :kind, :recipient_id, :session_id, now(), now(), 0)
""")
# One pending reset is enough, because its link is created when it is sent. Whether or not the member exists, one
# statement runs and one wake-up is sent, so that the response time does not reveal which.
_ENQUEUE_PASSWORD_RESET = NamedParameterStatement(f"""
{INSERT_MAIL}
SELECT :id, 'PASSWORD_RESET', m.id, NULL, now(), now(), 0 FROM member m
WHERE m.email = :email AND m.active AND NOT EXISTS (
    SELECT FROM mail pending WHERE pending.recipient_id = m.id AND pending.kind = 'PASSWORD_RESET'
        AND pending.sent_at IS NULL AND pending.given_up_at IS NULL
)
RETURNING recipient_id
""")


async def enqueue_assignments(notifications: Sequence[tuple[UUID, UUID]]) -> None:
    """Enqueue the emails for several ASSIGNED notifications: pairs of a recipient and a notification."""
    statement = f"""{INSERT_MAIL} SELECT id, 'ASSIGNMENT', recipient_id, notification_id, now(), now(), 0
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS new(id, recipient_id, notification_id)"""
    recipients, ids = [recipient for recipient, _ in notifications], [id_ for _, id_ in notifications]
    await fetch(statement, [new_id() for _ in notifications], recipients, ids)


async def enqueue_invitation(member_id: UUID) -> None:
    """Enqueue the email that invites a new member to choose a password, and wake the outbox."""
    await _ENQUEUE.fetch(id=new_id(), kind=MailKind.INVITATION, recipient_id=member_id)
    wake(INBOX, member_id)


async def enqueue_notice(member_id: UUID, kind: MailKind) -> None:
    """Enqueue an email of which the kind says all, such as that a second factor was added, and wake the outbox."""
    if await _count_notice(member_id, kind):
        await _ENQUEUE.fetch(id=new_id(), kind=kind, recipient_id=member_id)
        wake(INBOX, member_id)


async def enqueue_password_reset(email: str) -> None:
    """Enqueue a password reset email for the active member with this email address, if there is one."""
    enqueued = await _ENQUEUE_PASSWORD_RESET.fetch(id=new_id(), email=email)
    announce([WakeUp(INBOX, str(enqueued[0]["recipient_id"]) if enqueued else "")])


async def enqueue_password_changed(member_id: UUID, session_id: UUID) -> None:
    """Enqueue the email that tells a member of their new password and of the session in which it was chosen."""
    await _enqueue_about_session(MailKind.PASSWORD_CHANGED, member_id, session_id)


async def enqueue_new_device(member_id: UUID, session_id: UUID) -> None:
    """Enqueue the email that tells a member of a session on a device that was not known."""
    if await _count_notice(member_id, MailKind.NEW_DEVICE):
        await _enqueue_about_session(MailKind.NEW_DEVICE, member_id, session_id)


async def _count_notice(member_id: UUID, kind: MailKind) -> bool:
    return await count_within_hour(f"mails {kind.value} of {member_id.hex}", NOTICES_PER_HOUR)


async def _enqueue_about_session(kind: MailKind, member_id: UUID, session_id: UUID) -> None:
    await _ENQUEUE_ABOUT_SESSION.fetch(id=new_id(), kind=kind, recipient_id=member_id, session_id=session_id)
    wake(INBOX, member_id)
