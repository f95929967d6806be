"""Invitations and password resets: owed as rows that name the member, worded when they are sent."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from models import MailKind
from models.base import new_id
from models.database import fetch
from services.kernel.channels import INBOX, wake
from services.mail.templates import Letter, one_line

_INVITE = """
INSERT INTO mail (id, kind, recipient_id, created_at, due_at, attempts) VALUES ($1, 'INVITATION', $2, now(), now(), 0)
"""
# One that waits to be sent is enough: it will have a fresh link then. Whether or not there is such a member, one
# statement is run and somebody is woken.
_RESET = """
WITH owed AS (
    INSERT INTO mail (id, kind, recipient_id, created_at, due_at, attempts)
    SELECT $1, 'PASSWORD_RESET', m.id, now(), now(), 0 FROM member m
    WHERE m.email = $2 AND m.active AND NOT EXISTS (
        SELECT FROM mail waiting WHERE waiting.recipient_id = m.id AND waiting.kind = 'PASSWORD_RESET'
            AND waiting.sent_at IS NULL AND waiting.given_up_at IS NULL
    )
    RETURNING recipient_id
)
SELECT pg_notify($3, coalesce((SELECT recipient_id::text FROM owed), ''))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordLink:
    """What a mail with a link to choose a password tells, and to whom."""

    mail_id: UUID
    created_at: dt.datetime
    recipient_email: str
    organisation: str
    link: str


async def enqueue_invitation(member_id: UUID) -> None:
    """Owe a new member the mail by which they choose a password, in the caller's transaction."""
    await fetch(_INVITE, new_id(), member_id)
    await wake(INBOX, member_id)


async def enqueue_password_reset(email: str) -> None:
    """Owe the active member of an address, if there is one, a mail to choose another password; in the caller's
    transaction.
    """
    await fetch(_RESET, new_id(), email, INBOX)


def letter_of(kind: MailKind, told: PasswordLink) -> Letter:
    """The words of an invitation or a password reset."""
    house = one_line(told.organisation)
    return {MailKind.INVITATION: _invitation, MailKind.PASSWORD_RESET: _reset}[kind](told, house)


def _invitation(told: PasswordLink, house: str) -> Letter:
    return Letter(
        mail_id=told.mail_id,
        created_at=told.created_at,
        recipient_email=told.recipient_email,
        subject=f"You are invited to the trackers of {house}",
        opening=f"{house} has made you a member of its trackers. You sign in with this e-mail address and a password "
        "that you choose. The link for that works once, within 7 days.",
        deed="Choose a password",
        link=told.link,
        closing="If you do not know why you get this mail, you need do nothing.",
    )


def _reset(told: PasswordLink, house: str) -> Letter:
    return Letter(
        mail_id=told.mail_id,
        created_at=told.created_at,
        recipient_email=told.recipient_email,
        subject=f"A new password for the trackers of {house}",
        opening="Somebody has asked for a new password for this e-mail address. The link to choose one works once, "
        "within an hour. Every session that is open ends then.",
        deed="Choose a password",
        link=told.link,
        closing="If it was not you, you need do nothing: your password stays as it is.",
    )
