"""Mails that are owed, and what became of them."""

from typing import Any
from uuid import UUID

from models import Mail, Member, MemberKind, Tracker
from models.database import fetch
from services.installation import Installation
from services.mail.outbox import send_due
from tests.support.factories import mail, member, notification, organisation, tracker, tracker_type
from tests.support.servers.smtp import MailServer

INSTALLATION = Installation(
    secret=b"s" * 32, edit_url="https://app.example/trackers/{id}", mail_from="trackers@mail.example"
)


async def owed(*, kind: MemberKind = MemberKind.ADMINISTRATOR, **columns: Any) -> tuple[Mail, Tracker, Member]:
    """A mail to the assignee of a tracker that somebody else made, with the tracker and the assignee."""
    house = await organisation()
    assignee, maker = await member(house, kind=kind), await member(house, name="Bob Smith")
    made = await tracker(house, type=await tracker_type(house, name="Job"), created_by=maker, assignee=assignee)
    return await mail(await notification(made, assignee, actor=maker), **columns), made, assignee


async def send(server: MailServer, *, limit: int = 20) -> int:
    mailer = server.mailer()
    try:
        return await send_due(INSTALLATION, mailer, limit=limit)
    finally:
        await mailer.close()


async def become_due() -> None:
    await fetch("UPDATE mail SET due_at = now()")


async def due_in(mail_id: UUID) -> float:
    (found,) = await fetch(
        "SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM mail WHERE id = $1", mail_id
    )
    return float(found["seconds"])


def fate(row: Mail) -> tuple[bool, bool, int, str | None]:
    return row.sent_at is not None, row.given_up_at is not None, row.attempts, row.last_error
