"""Composing the email of an outbox row when it is sent, if the recipient may still receive it."""

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
from services.mail import templates
from services.mail.message import Content, Envelope, render
from services.viewer import Viewer
from services.visibility import visibility_condition

_NO_SESSION = UUID(int=0)


@cache
def _select_mail_with_recipient() -> str:
    return f"""
    SELECT mail.kind, mail.created_at, notification.tracker_id, actor.name AS actor_name,
           {columns(Member, "member")}, {columns(Organisation, "organisation")}
    FROM mail
    JOIN member ON member.id = mail.recipient_id
    JOIN organisation ON organisation.id = member.organisation_id
    LEFT JOIN notification ON notification.id = mail.notification_id
    LEFT JOIN member actor ON actor.id = notification.actor_id
    WHERE mail.id = $1 AND member.active AND NOT EXISTS (
        SELECT FROM notification newer JOIN mail newer_mail ON newer_mail.notification_id = newer.id
        WHERE newer.tracker_id = notification.tracker_id AND newer.recipient_id = mail.recipient_id
            AND newer.cursor > notification.cursor AND newer_mail.given_up_at IS NULL
    )
    """


async def compose_email(mail_id: UUID, installation: Installation) -> EmailMessage | None:
    """Return the message for an outbox row, composed from current data; None if it should no longer be sent.

    An assignment is sent to an active member who is still the assignee and can still see the tracker, unless a newer
    email is about the same tracker; an invitation to an active member without a password; and a password reset to an
    active member. Composing an invitation or a reset creates the token of its link, and revokes the member's earlier
    tokens. Raises MailRefused if the recipient's address is invalid.
    """
    records = await fetch(_select_mail_with_recipient(), mail_id)
    if not records:
        return None
    (mail,) = records
    content = await (_assignment_content if mail["kind"] == MailKind.ASSIGNMENT else _password_link_content)(
        mail, installation
    )
    if content is None:
        return None
    return render(
        Envelope(mail_id, mail["created_at"], mail["member.email"], mail["tracker_id"]), content, installation
    )


async def _password_link_content(mail: Mapping[str, Any], installation: Installation) -> Content | None:
    kind = MailKind(mail["kind"])
    if kind == MailKind.INVITATION and mail["member.password_hash"] is not None:
        return None
    token = await make_token(mail["member.id"], kind)
    if token is None:
        return None
    template = templates.invitation if kind == MailKind.INVITATION else templates.password_reset
    return template(organisation=mail["organisation.name"], link=installation.password_link(token))


async def _assignment_content(mail: Mapping[str, Any], installation: Installation) -> Content | None:
    member, organisation = row(Member, "member", mail), row(Organisation, "organisation", mail)
    assert member is not None
    assert organisation is not None
    recipient = Viewer(member=member, organisation=organisation, session_id=_NO_SESSION, expires_at=mail["created_at"])
    statement = StatementBuilder()
    is_visible = visibility_condition(Tracker, "tracker", recipient, statement)
    tracker_id, assignee_id = statement.bind(mail["tracker_id"]), statement.bind(member.id)
    trackers = await statement.fetch(f"""
        SELECT tracker.number, tracker.due_date, tracker_type.name
        FROM tracker JOIN tracker_type ON tracker_type.id = tracker.type_id
        WHERE tracker.id = {tracker_id} AND tracker.assignee_id = {assignee_id} AND {is_visible}
    """)
    if not trackers:
        return None
    assignment = templates.Assignment(
        tracker_id=mail["tracker_id"],
        tracker_type=trackers[0]["name"],
        tracker_number=trackers[0]["number"],
        assigned_by=mail["actor_name"],
        due_date=trackers[0]["due_date"],
    )
    return templates.assignment(assignment, installation)
