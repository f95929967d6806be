"""What a mail row owes: whether its recipient is still to be told, asked when it is sent, and the finished mail."""

from collections.abc import Mapping
from email.message import EmailMessage
from functools import cache
from typing import Any
from uuid import UUID

from models import MailKind, Member, Organisation, Tracker
from models.database import fetch
from models.rows import columns, row
from services.accounts.password_tokens import make_token
from services.installation import Installation
from services.kernel.sql import StatementBuilder
from services.mail.password_mail import PasswordLink, letter_of
from services.mail.templates import Assignment, assignment_mail, written
from services.viewer import Viewer
from services.visibility import visible

_NO_SESSION = UUID(int=0)


@cache
def _told() -> str:
    return f"""
    SELECT mail.kind, mail.created_at, notification.tracker_id, actor.name AS actor_name,
           {columns(Member, "member")}, {columns(Organisation, "organisation")}
    FROM mail
    JOIN member ON member.id = mail.recipient_id
    JOIN organisation ON organisation.id = member.organisation_id
    LEFT JOIN notification ON notification.id = mail.notification_id
    LEFT JOIN member actor ON actor.id = notification.actor_id
    WHERE mail.id = $1 AND member.active
    """


async def owed_mail(mail_id: UUID, installation: Installation) -> EmailMessage | None:
    """The mail of a row, made from what is true now; None if its recipient is no longer to be told.

    An assignment is told to a member who is active, is still the assignee and still sees the tracker; an invitation
    to one who is active and has no password yet; a password reset to one who is active. The link of these two is made
    here, and the ones before it stop working.
    """
    found = await fetch(_told(), mail_id)
    if not found:
        return None
    if found[0]["kind"] != MailKind.ASSIGNMENT:
        return await _password_mail(mail_id, found[0], installation)
    assignment = await _assignment(mail_id, found[0])
    return None if assignment is None else assignment_mail(assignment, installation)


async def _password_mail(mail_id: UUID, told: Mapping[str, Any], installation: Installation) -> EmailMessage | None:
    kind = MailKind(told["kind"])
    if kind == MailKind.INVITATION and told["member.password_hash"] is not None:
        return None
    token = await make_token(told["member.id"], kind)
    if token is None:
        return None
    link = PasswordLink(
        mail_id=mail_id,
        created_at=told["created_at"],
        recipient_email=told["member.email"],
        organisation=told["organisation.name"],
        link=installation.password_link(token),
    )
    return written(letter_of(kind, link), installation)


async def _assignment(mail_id: UUID, told: Mapping[str, Any]) -> Assignment | None:
    member, organisation = row(Member, "member", told), row(Organisation, "organisation", told)
    assert member is not None
    assert organisation is not None
    recipient = Viewer(member=member, organisation=organisation, session_id=_NO_SESSION, expires_at=told["created_at"])
    statement = StatementBuilder()
    rights = visible(Tracker, "tracker", recipient, statement)
    wanted, assignee = statement.bind(told["tracker_id"]), statement.bind(member.id)
    trackers = await statement.fetch(f"""
        SELECT tracker.number, tracker.due_date, tracker_type.name
        FROM tracker JOIN tracker_type ON tracker_type.id = tracker.type_id
        WHERE tracker.id = {wanted} AND tracker.assignee_id = {assignee} AND {rights}
    """)
    if not trackers:
        return None
    return Assignment(
        mail_id=mail_id,
        created_at=told["created_at"],
        recipient_email=member.email,
        tracker_id=told["tracker_id"],
        tracker_type=trackers[0]["name"],
        tracker_number=trackers[0]["number"],
        assigned_by=told["actor_name"],
        due_date=trackers[0]["due_date"],
    )
