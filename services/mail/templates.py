"""The contents of the emails. None names a learner, or contains a tracker's description or a field value."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from services.installation import Installation
from services.kernel.dates import format_date
from services.mail.message import Content, one_line


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
