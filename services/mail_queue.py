"""Add mails to the outbox, in the caller's transaction; the package ``mail`` composes and sends them.

A row names the recipient and what the mail is about; the text is made when it is sent. This stands below the packages
that have mails to send, and ``mail`` stands above them, because composing needs their rules.
"""

from uuid import UUID

from models import MailKind
from models.base import new_id
from services.kernel.channels import INBOX, wake
from services.kernel.sql import NamedParameterStatement

_INSERT = "INSERT INTO mail (id, kind, recipient_id, notification_id, created_at, due_at, attempts)"
_ENQUEUE = NamedParameterStatement(f"{_INSERT} VALUES (:id, :kind, :recipient_id, :notification_id, now(), now(), 0)")
# One reset that waits to be sent is enough: it gets a fresh link when it is sent. Whether or not there is such a
# member, one statement runs and one wake-up is sent, so that its duration tells nothing.
_ENQUEUE_PASSWORD_RESET = NamedParameterStatement(f"""
WITH enqueued AS (
    {_INSERT}
    SELECT :id, 'PASSWORD_RESET', m.id, NULL, now(), now(), 0 FROM member m
    WHERE m.email = :email AND m.active AND NOT EXISTS (
        SELECT FROM mail waiting WHERE waiting.recipient_id = m.id AND waiting.kind = 'PASSWORD_RESET'
            AND waiting.sent_at IS NULL AND waiting.given_up_at IS NULL
    )
    RETURNING recipient_id
)
SELECT pg_notify(:channel, coalesce((SELECT recipient_id::text FROM enqueued), ''))
""")


async def enqueue_assignment(member_id: UUID, notification_id: UUID) -> None:
    """Enqueue the mail of an ASSIGNED notification; waking the recipient's inbox, which the caller does, wakes the outbox.

    The statement that creates a tracker (``trackers.insert``) has this insert within it, to save a round trip.
    """
    await _enqueue(MailKind.ASSIGNMENT, member_id, notification_id)


async def enqueue_invitation(member_id: UUID) -> None:
    """Enqueue the mail by which a new member chooses a password, and wake the outbox."""
    await _enqueue(MailKind.INVITATION, member_id)
    await wake(INBOX, member_id)


async def enqueue_password_reset(email: str) -> None:
    """Enqueue the mail to choose another password for the active member with this address, if there is one."""
    await _ENQUEUE_PASSWORD_RESET.fetch(id=new_id(), email=email, channel=INBOX)


async def _enqueue(kind: MailKind, recipient_id: UUID, notification_id: UUID | None = None) -> None:
    await _ENQUEUE.fetch(id=new_id(), kind=kind.value, recipient_id=recipient_id, notification_id=notification_id)
