"""Composing the emails of outbox rows when they are sent, if their recipients may still receive them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from services.mail.factor_templates import FACTOR_NOTICES, factor_notice
from services.mail.message import Content, Envelope, render
from services.viewer import NO_SESSION, Viewer
from services.visibility import visibility_condition

_ABOUT_SESSIONS = {
    MailKind.NEW_DEVICE: templates.new_device,
    MailKind.PASSWORD_CHANGED: templates.password_changed,
}


@cache
def _select_mails_with_recipients() -> str:
    return f"""
    SELECT mail.id, mail.kind, mail.created_at, notification.tracker_id, actor.name AS actor_name,
           session.device_label, session.network, session.created_at AS opened_at,
           {columns(Member, "member")}, {columns(Organisation, "organisation")}
    FROM mail
    JOIN member ON member.id = mail.recipient_id
    JOIN organisation ON organisation.id = member.organisation_id
    LEFT JOIN notification ON notification.id = mail.notification_id
    LEFT JOIN member actor ON actor.id = notification.actor_id
    LEFT JOIN session ON session.id = mail.session_id
    WHERE mail.id = ANY($1) AND member.active AND NOT EXISTS (
        SELECT FROM notification newer JOIN mail newer_mail ON newer_mail.notification_id = newer.id
        WHERE newer.tracker_id = notification.tracker_id AND newer.recipient_id = mail.recipient_id
            AND newer.cursor > notification.cursor AND newer_mail.given_up_at IS NULL
    )
    """


@dataclass(frozen=True, slots=True)
class DueMail:
    """What an email is composed from: its record and, of an assignment, the tracker if the recipient may see it."""

    record: Mapping[str, Any]
    tracker: Mapping[str, Any] | None


async def read_mails(mail_ids: Sequence[UUID]) -> dict[UUID, DueMail]:
    """Read what emails are composed from, with two statements; leave out those that are no longer due.

    An assignment is due if its recipient is active, still the assignee and may still see the tracker, and no newer email
    is about the same tracker.
    """
    records = await fetch(_select_mails_with_recipients(), mail_ids)
    trackers = await _assigned_trackers([record for record in records if record["kind"] == MailKind.ASSIGNMENT])
    return {
        record["id"]: DueMail(record, trackers.get((record["member.id"], record["tracker_id"]))) for record in records
    }


async def compose_email(mail: DueMail, installation: Installation) -> EmailMessage | None:
    """Return the message of an email; None if it should no longer be sent.

    An assignment is sent to an assignee who can see the tracker, an invitation to a member without a password, and a
    password reset to any active member, as are the news of a session. Composing an invitation or a reset creates the token of its link, and revokes
    the member's earlier tokens. Raises MailRefused if the recipient's address is invalid.
    """
    record = mail.record
    if record["kind"] == MailKind.ASSIGNMENT:
        content = _assignment_content(mail, installation)
    elif record["kind"] in _ABOUT_SESSIONS:
        content = _session_content(record, installation)
    elif record["kind"] in FACTOR_NOTICES:
        content = factor_notice(
            record["kind"], organisation=record["organisation.name"], link=installation.sessions_url
        )
    else:
        content = await _password_link_content(record, installation)
    if content is None:
        return None
    envelope = Envelope(record["id"], record["created_at"], record["member.email"], record["tracker_id"])
    return render(envelope, content, installation)


async def _password_link_content(mail: Mapping[str, Any], installation: Installation) -> Content | None:
    kind = MailKind(mail["kind"])
    if kind == MailKind.INVITATION and mail["member.password_hash"] is not None:
        return None
    token = await make_token(mail["member.id"], kind)
    if token is None:
        return None
    template = templates.invitation if kind == MailKind.INVITATION else templates.password_reset
    return template(organisation=mail["organisation.name"], link=installation.password_link(token))


def _session_content(mail: Mapping[str, Any], installation: Installation) -> Content | None:
    if mail["opened_at"] is None:
        return None
    session = templates.SessionDetails(
        device=mail["device_label"], network=mail["network"], opened_at=mail["opened_at"]
    )
    template = _ABOUT_SESSIONS[MailKind(mail["kind"])]
    return template(organisation=mail["organisation.name"], session=session, link=installation.sessions_url)


async def _assigned_trackers(records: Sequence[Mapping[str, Any]]) -> dict[tuple[UUID, UUID], Mapping[str, Any]]:
    """Return the trackers that emails are about, by the ids of recipient and tracker, if the recipient may see them.

    The statement has a branch for each recipient, because what they may see depends on who they are.
    """
    recipients = {record["member.id"]: _viewer(record) for record in records}
    statement, branches = StatementBuilder(), []
    for recipient in sorted(recipients.values(), key=lambda recipient: recipient.is_administrator):
        tracker_ids = [record["tracker_id"] for record in records if record["member.id"] == recipient.member_id]
        branches.append(
            "SELECT tracker.id, tracker.assignee_id, tracker.number, tracker.due_date, tracker_type.name "
            "FROM tracker JOIN tracker_type ON tracker_type.id = tracker.type_id "
            f"WHERE tracker.id = ANY({statement.bind(tracker_ids)}) "
            f"AND tracker.assignee_id = {statement.bind(recipient.member_id)} "
            f"AND {visibility_condition(Tracker, 'tracker', recipient, statement)}"
        )
    trackers = await statement.fetch(" UNION ALL ".join(branches)) if branches else ()
    return {(tracker["assignee_id"], tracker["id"]): tracker for tracker in trackers}


def _viewer(record: Mapping[str, Any]) -> Viewer:
    member, organisation = row(Member, "member", record), row(Organisation, "organisation", record)
    assert member is not None
    assert organisation is not None
    return Viewer(member=member, organisation=organisation, session_id=NO_SESSION, expires_at=record["created_at"])


def _assignment_content(mail: DueMail, installation: Installation) -> Content | None:
    if mail.tracker is None:
        return None
    assignment = templates.Assignment(
        tracker_id=mail.record["tracker_id"],
        tracker_type=mail.tracker["name"],
        tracker_number=mail.tracker["number"],
        assigned_by=mail.record["actor_name"],
        due_date=mail.tracker["due_date"],
    )
    return templates.assignment(assignment, installation)
