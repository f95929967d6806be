"""The contents of the emails. None names a learner, or contains a tracker's description or a field value."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from services.installation import Installation
from services.kernel.dates import format_date, format_time
from services.mail.message import Content, one_line

_IF_NOT_YOU = (
    "If it was not you, choose another password at once, with the link for a forgotten password, and tell whoever "
    "manages the members of your organisation."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The details of an assignment email; ``assigned_by`` is None if the system assigned the tracker."""

    tracker_id: UUID
    tracker_type: str
    tracker_number: int
    assigned_by: str | None
    due_date: dt.date | None


def assignment(details: Assignment, installation: Installation) -> Content:
    """Return the content of the email that notifies an assignee of a tracker."""
    tracker_type = one_line(details.tracker_type)
    number = str(details.tracker_number)
    assigned_by = "the system" if details.assigned_by is None else one_line(details.assigned_by)
    due_date = "none" if details.due_date is None else format_date(details.due_date)
    return Content(
        subject=f"{tracker_type} tracker {number} is assigned to you",
        opening=f"{assigned_by[:1].upper()}{assigned_by[1:]} assigned {tracker_type} tracker {number} to you.",
        details=(("Type", tracker_type), ("Number", number), ("Assigned by", assigned_by), ("Due date", due_date)),
        action="Open the tracker",
        link=installation.tracker_url(details.tracker_id),
    )


def invitation(*, organisation: str, link: str) -> Content:
    """Return the content of the email that invites a new member to choose a password."""
    name = one_line(organisation)
    return Content(
        subject=f"You are invited to the trackers of {name}",
        opening=f"{name} has made you a member of its trackers. You sign in with this e-mail address and a password "
        "that you choose. The link to choose it works once, within 7 days.",
        action="Choose a password",
        link=link,
        closing="If you were not expecting this e-mail, you can ignore it.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetails:
    """What an email says of a session: the device in words, the network, and when it was opened."""

    device: str
    network: str
    opened_at: dt.datetime


def new_device(*, organisation: str, session: SessionDetails, link: str) -> Content:
    """Return the content of the email that tells a member of a sign-in on a device that was not known."""
    name = one_line(organisation)
    return _session_content(
        subject=f"A new device has signed in to the trackers of {name}",
        opening=f"Somebody has signed in to the trackers of {name} with your account, on a device that has not been "
        "used for it before.",
        session=session,
        link=link,
    )


def password_changed(*, organisation: str, session: SessionDetails, link: str) -> Content:
    """Return the content of the email that tells a member of their new password."""
    name = one_line(organisation)
    return _session_content(
        subject=f"Your password for the trackers of {name} has been set",
        opening=f"A new password has been chosen for your account in the trackers of {name}. Every other session has "
        "ended.",
        session=session,
        link=link,
    )


def _session_content(*, subject: str, opening: str, session: SessionDetails, link: str) -> Content:
    """Return the content of an email about a session, which says what to do if it is not the member's own."""
    return Content(
        subject=subject,
        opening=opening,
        details=_session_details(session),
        action="See where you are signed in",
        link=link,
        closing=f"If it was you, there is nothing to do. {_IF_NOT_YOU}",
    )


def _session_details(session: SessionDetails) -> tuple[tuple[str, str], ...]:
    return (
        ("Device", one_line(session.device)),
        ("Time", format_time(session.opened_at)),
        ("Place", one_line(session.network) or "unknown"),
    )


def password_reset(*, organisation: str, link: str) -> Content:
    """Return the content of the email with a link to reset a password."""
    return Content(
        subject=f"A new password for the trackers of {one_line(organisation)}",
        opening="Someone has requested a new password for this e-mail address. The link to choose one works once, "
        "within an hour. Choosing one ends all your open sessions.",
        action="Choose a password",
        link=link,
        closing="If it was not you, you can ignore this e-mail: your password stays the same.",
    )
