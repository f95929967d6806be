"""Helpers for tests of email: enqueuing, sending, and the delivery state."""

import asyncio
from typing import Any
from uuid import UUID

from models import Mail, Member, MemberKind, Tracker
from models.database import fetch
from services.installation import Installation
from services.mail.outbox import BATCH_SIZE, send_batch
from services.mail.transport import Mailer
from tests.support.factories import mail, member, notification, organisation, tracker, tracker_type
from tests.support.servers.smtp import MailServer

INSTALLATION = Installation(
    secret=b"s" * 32, edit_url="https://app.example/trackers/{id}", mail_from="trackers@mail.example"
)


async def enqueue_mail(*, kind: MemberKind = MemberKind.ADMINISTRATOR, **columns: Any) -> tuple[Mail, Tracker, Member]:
    """Enqueue an email about an assignment, and return it with the tracker and the assignee."""
    college = await organisation()
    assignee, creator = await member(college, kind=kind), await member(college, name="Bob Smith")
    assigned_tracker = await tracker(
        college, type=await tracker_type(college, name="Job"), created_by=creator, assignee=assignee
    )
    return (
        await mail(await notification(assigned_tracker, assignee, actor=creator), **columns),
        assigned_tracker,
        assignee,
    )


async def send_due(installation: Installation, mailer: Mailer, *, limit: int = 20) -> int:
    """Send up to ``limit`` due emails and return how many were sent; stop early if none is due or can be sent now."""
    sent_count = 0
    while limit > 0:
        result = await send_batch(installation, mailer, asyncio.Event(), limit=min(limit, BATCH_SIZE))
        limit -= result.claimed
        sent_count += result.sent
        if result.all_delayed or not result.claimed:
            break
    return sent_count


async def send_mails(server: MailServer, *, limit: int = 20) -> int:
    """Send at most ``limit`` due emails through a server, and return the number sent."""
    mailer = server.mailer()
    try:
        return await send_due(INSTALLATION, mailer, limit=limit)
    finally:
        await mailer.close()


async def make_due() -> None:
    """Make all emails due now."""
    await fetch("UPDATE mail SET due_at = now()")


async def seconds_until_due(mail_id: UUID) -> float:
    """Return the number of seconds until an email is due."""
    (row,) = await fetch(
        "SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM mail WHERE id = $1", mail_id
    )
    return float(row["seconds"])


def delivery_state(row: Mail) -> tuple[bool, bool, int, str | None]:
    """Return whether an email was sent, whether it was given up, the number of attempts, and the last error."""
    return row.sent_at is not None, row.given_up_at is not None, row.attempts, row.last_error
