"""What mails say. No learner's name, no description, no value of a field is ever in one."""

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from html import escape
from uuid import UUID

from services.installation import Installation
from services.kernel.dates import format_date
from services.mail.transport import MailRefused

_LONGEST_LINE = 900  # of the 998 octets that RFC 5322 allows
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_HTML = """\
<!DOCTYPE html>
<html lang="en-GB">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="font-family: sans-serif; line-height: 1.5">
<p>{opening}</p>
{facts}<p><a href="{link}">{deed}</a></p>
{closing}</body>
</html>
"""
_TABLE = "<table>\n{}\n</table>\n"
_ROW = '<tr><th scope="row" style="text-align: left; padding-right: 1em">{}</th><td>{}</td></tr>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail before it is written: to whom, and what it says; ``deed`` is what its link is for."""

    mail_id: UUID
    created_at: dt.datetime
    recipient_email: str
    subject: str
    opening: str
    facts: Sequence[tuple[str, str]] = ()
    deed: str
    link: str
    closing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What the mail about an assignment tells, and to whom. ``assigned_by`` is None where it was the system."""

    mail_id: UUID
    created_at: dt.datetime
    recipient_email: str
    tracker_id: UUID
    tracker_type: str
    tracker_number: int
    assigned_by: str | None
    due_date: dt.date | None


def assignment_mail(assignment: Assignment, installation: Installation) -> EmailMessage:
    """The mail that tells an assignee of a tracker.

    Raises MailRefused where the recipient's address is none.
    """
    kind = one_line(assignment.tracker_type)
    number = str(assignment.tracker_number)
    by = "the system" if assignment.assigned_by is None else one_line(assignment.assigned_by)
    due = "none" if assignment.due_date is None else format_date(assignment.due_date)
    letter = Letter(
        mail_id=assignment.mail_id,
        created_at=assignment.created_at,
        recipient_email=assignment.recipient_email,
        subject=f"{kind} tracker {number} is assigned to you",
        opening=f"{by[:1].upper()}{by[1:]} assigned {kind} tracker {number} to you.",
        facts=(("Type", kind), ("Number", number), ("Assigned by", by), ("Due date", due)),
        deed="Open the tracker",
        link=installation.tracker_url(assignment.tracker_id),
    )
    return written(letter, installation)


def written(letter: Letter, installation: Installation) -> EmailMessage:
    """The finished mail: plain text and HTML. Raises MailRefused where the recipient's address is none."""
    message = _envelope(letter, installation)
    facts = [*(f"{label}: {value}" for label, value in letter.facts), ""] if letter.facts else []
    closing = ["", letter.closing] if letter.closing else []
    _set_text(message, "\n".join([letter.opening, "", *facts, f"{letter.deed}:", letter.link, *closing, ""]))
    _add_html(message, letter)
    return message


def one_line(text: str) -> str:
    """Text that people entered, fit for a header: one line, no control characters, no encoded word (RFC 2047)."""
    line = " ".join(text.split())
    shown = (c for c in line if unicodedata.category(c) not in ("Cc", "Cs") and c not in _BIDI_CONTROLS)
    # Python's e-mail package would decode an encoded word here, and one can hold a line feed.
    return "".join(shown).replace("=?", "= ?")


def _envelope(letter: Letter, installation: Installation) -> EmailMessage:
    name, address = parseaddr(installation.mail_from)
    sender = Address(display_name=name, addr_spec=address)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = _recipient(letter.recipient_email)
    message["Subject"] = letter.subject
    message["Date"] = letter.created_at
    # Stable, so that a mail sent twice is recognised as the same one.
    message["Message-ID"] = f"<{letter.mail_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in answer, please
    return message


def _recipient(address: str) -> Address:
    # Without the name: Python folds a long display name with special characters into no address at all.
    try:
        return Address(addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise MailRefused("no address") from error


def _set_text(part: EmailMessage, text: str, subtype: str = "plain") -> None:
    # As it is where that is possible, so that a link is never broken over lines.
    plain = text.isascii() and max(map(len, text.split("\n"))) <= _LONGEST_LINE
    part.set_content(text, subtype=subtype, cte="7bit" if plain else "quoted-printable")


def _add_html(message: EmailMessage, letter: Letter) -> None:
    rows = "\n".join(_ROW.format(label, escape(value)) for label, value in letter.facts)
    html = _HTML.format(
        subject=escape(letter.subject),
        opening=escape(letter.opening),
        facts=_TABLE.format(rows) if rows else "",
        deed=escape(letter.deed),
        link=escape(letter.link),
        closing=f"<p>{escape(letter.closing)}</p>\n" if letter.closing else "",
    )
    message.make_alternative()
    part = EmailMessage(policy=SMTP)
    _set_text(part, html, subtype="html")
    del part["MIME-Version"]
    message.attach(part)
