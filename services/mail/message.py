"""Rendering an email as a MIME message in plain text and HTML, safe against header injection."""

import datetime as dt
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from html import escape
from typing import Any
from uuid import UUID, uuid5

from services.installation import Installation
from services.kernel.text import BIDI_CONTROLS
from services.mail.transport import MailRefused

_MAX_LINE_LENGTH = 900  # of the 998 octets that RFC 5322 allows
_THREADS = UUID("8f0e7f3c-6d0b-4a53-9a35-5d1b6a1c2e47")  # any namespace of our own; changing it would split threads

_BOUNDARY = f"=_{secrets.token_hex(16)}"  # between the parts; nobody can have written it into their content

_HTML = """\
<!DOCTYPE html>
<html lang="en-GB">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="font-family: sans-serif; line-height: 1.5">
<p>{opening}</p>
{details}<p><a href="{link}">{action}</a></p>
{closing}</body>
</html>
"""
_TABLE = "<table>\n{}\n</table>\n"
_TABLE_ROW = '<tr><th scope="row" style="text-align: left; padding-right: 1em">{}</th><td>{}</td></tr>'


class _HeaderClasses(HeaderRegistry):
    """The classes of headers, which the base class makes anew for each header of each message."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        """Return the class for headers with this name."""
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


class _Policy(EmailPolicy):
    """The policy of messages for SMTP, which spares most headers the parsing that costs most of a message.

    A header that is the same in most messages is parsed and folded once, and one that we format is kept as it is.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Return the name and the parsed value of a header, as the base class does."""
        if name in _REPEATED_HEADERS and isinstance(value, str):
            return _parse_header(name, value)
        if name in _FORMATTED_HEADERS and value.isascii():
            return name, value
        return super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the lines of a header, as the base class does."""
        if name in _REPEATED_HEADERS and not self.utf8:
            return _fold_header(name, value)
        return super().fold_binary(name, value)


@lru_cache(maxsize=100)
def _parse_header(name: str, value: str) -> tuple[str, Any]:
    return SMTP.header_store_parse(name, value)


@lru_cache(maxsize=100)
def _fold_header(name: str, value: Any) -> bytes:
    return SMTP.fold_binary(name, value)


_POLICY = _Policy(linesep=SMTP.linesep, header_factory=_HeaderClasses())
_REPEATED_HEADERS = frozenset(
    {
        "From",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    }
)
_FORMATTED_HEADERS = frozenset({"Date", "Message-ID", "In-Reply-To", "References"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """The outbox id of an email, the time at which it was enqueued, its recipient, and the tracker that it is about."""

    mail_id: UUID
    created_at: dt.datetime
    recipient_email: str
    tracker_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The content of an email: paragraphs around a table of ``details`` and a ``link`` labelled with its ``action``."""

    subject: str
    opening: str
    details: Sequence[tuple[str, str]] = ()
    action: str
    link: str
    closing: str = ""


def render(envelope: Envelope, content: Content, installation: Installation) -> EmailMessage:
    """Return the rendered message; raise MailRefused if the recipient's address is invalid."""
    message = _message_with_headers(envelope, content.subject, installation)
    details = [*(f"{label}: {value}" for label, value in content.details), ""] if content.details else []
    closing = ["", content.closing] if content.closing else []
    _set_text(message, "\n".join([content.opening, "", *details, f"{content.action}:", content.link, *closing, ""]))
    _add_html(message, content)
    return message


def one_line(text: str) -> str:
    """Return user-entered text as one line without control characters or encoded words, safe for a header."""
    line = " ".join(text.split())
    printable = (c for c in line if unicodedata.category(c) not in ("Cc", "Cs") and c not in BIDI_CONTROLS)
    # Python's e-mail package would decode an encoded word (RFC 2047) here, and one can hold a line feed.
    return "".join(printable).replace("=?", "= ?")


def _message_with_headers(envelope: Envelope, subject: str, installation: Installation) -> EmailMessage:
    sender = _sender(installation.mail_from)
    message = EmailMessage(policy=_POLICY)
    message["From"] = str(sender)
    message["To"] = _recipient(envelope.recipient_email)
    message["Subject"] = subject
    message["Date"] = format_datetime(envelope.created_at)
    # Stable, so that an email sent twice is recognised as a duplicate.
    message["Message-ID"] = f"<{envelope.mail_id}@{sender.domain}>"
    if envelope.tracker_id is not None:
        # All emails about a tracker answer one that was never sent, so that mail programs show them as one thread.
        root = f"<{uuid5(_THREADS, str(envelope.tracker_id))}@{sender.domain}>"
        message["In-Reply-To"] = message["References"] = root
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: suppresses automatic replies
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange and Outlook
    return message


@lru_cache(maxsize=1)
def _sender(mail_from: str) -> Address:
    name, address = parseaddr(mail_from)
    return Address(display_name=name, addr_spec=address)


@lru_cache(maxsize=1_000)
def _recipient(address: str) -> Address:
    # The display name is left out: Python folds a long one with special characters into an invalid address.
    try:
        return Address(addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise MailRefused("invalid address") from error


def _set_text(part: EmailMessage, text: str, subtype: str = "plain") -> None:
    # Text is left unencoded where possible, so that a link is never split across lines.
    fits_7bit = text.isascii() and max(map(len, text.split("\n"))) <= _MAX_LINE_LENGTH
    part.set_content(text, subtype=subtype, cte="7bit" if fits_7bit else "quoted-printable")


def _add_html(message: EmailMessage, content: Content) -> None:
    rows = "\n".join(_TABLE_ROW.format(label, escape(value)) for label, value in content.details)
    html = _HTML.format(
        subject=escape(content.subject),
        opening=escape(content.opening),
        details=_TABLE.format(rows) if rows else "",
        action=escape(content.action),
        link=escape(content.link),
        closing=f"<p>{escape(content.closing)}</p>\n" if content.closing else "",
    )
    message.make_alternative(boundary=_BOUNDARY)
    part = EmailMessage(policy=_POLICY)
    _set_text(part, html, subtype="html")
    del part["MIME-Version"]
    message.attach(part)
