"""The texts of the mails. None names a learner, or contains a tracker's description or the value of a field."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from services.installation import Installation
from services.kernel.dates import format_date
from services.mail.message import Content, one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What the mail about an assignment says; ``assigned_by`` is None if it was the system."""

    tracker_id: UUID
    tracker_type: str
    tracker_number: int
    assigned_by: str | None
    due_date: dt.date | None


def assignment(assigned: Assignment, installation: Installation) -> Content:
    """Return the mail that informs an assignee of a tracker."""
    kind = one_line(assigned.tracker_type)
    number = str(assigned.tracker_number)
    by = "the system" if assigned.assigned_by is None else one_line(assigned.assigned_by)
    due = "none" if assigned.due_date is None else format_date(assigned.due_date)
    return Content(
        subject=f"{kind} tracker {number} is assigned to you",
        opening=f"{by[:1].upper()}{by[1:]} assigned {kind} tracker {number} to you.",
        details=(("Type", kind), ("Number", number), ("Assigned by", by), ("Due date", due)),
        action="Open the tracker",
        link=installation.tracker_url(assigned.tracker_id),
    )


def invitation(*, organisation: str, link: str) -> Content:
    """Return the mail that invites a new member to choose a password."""
    name = one_line(organisation)
    return Content(
        subject=f"You are invited to the trackers of {name}",
        opening=f"{name} has made you a member of its trackers. You sign in with this e-mail address and a password "
        "that you choose. The link for that works once, within 7 days.",
        action="Choose a password",
        link=link,
        closing="If you do not know why you get this mail, you need do nothing.",
    )


def password_reset(*, organisation: str, link: str) -> Content:
    """Return the mail with a link to choose another password."""
    return Content(
        subject=f"A new password for the trackers of {one_line(organisation)}",
        opening="Somebody has asked for a new password for this e-mail address. The link to choose one works once, "
        "within an hour. Every session that is open ends then.",
        action="Choose a password",
        link=link,
        closing="If it was not you, you need do nothing: your password stays as it is.",
    )
