"""Helpers for tests of rendered emails: parsing, the text and HTML parts, and the contents of the HTML."""

import datetime as dt
import email
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import cast
from uuid import UUID

from hypothesis import strategies as st

from services.installation import Installation
from services.mail.message import Content, Envelope, render

INSTALLATION = Installation(
    secret=b"s" * 32,
    edit_url="https://app.example/trackers/{id}?a=1&b=2",
    mail_from="Trackers <trackers@mail.example>",
    password_url="https://app.example/choose?a=1&token={token}",
)
RECIPIENT = "ann@northgate.example"
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version",
    "Content-Type",
]  # fmt: skip
NAMES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200),
    st.lists(st.sampled_from(["\r\n", "\n", "Bcc: a@b.example", "=?utf-8?q?=0ABcc:_a=40b.example?=", " ", "é"])).map(
        "".join
    ),
)
"""A strategy for names, including ones that could inject a header."""


def render_and_parse(
    content: Content, *, recipient_email: str = RECIPIENT, mail_id: int = 5, tracker_id: UUID | None = None
) -> EmailMessage:
    """Render an email, and return the message parsed from its bytes."""
    created_at = dt.datetime(2026, 9, 1, 12, 30, tzinfo=dt.UTC)
    envelope = Envelope(UUID(int=mail_id), created_at, recipient_email, tracker_id)
    return email.message_from_bytes(render(envelope, content, INSTALLATION).as_bytes(), policy=default)


def part_text(message: EmailMessage, subtype: str) -> str:
    """Return the content of an email's ``text/<subtype>`` part."""
    part = cast(EmailMessage, message.get_body((subtype,)))
    return cast(str, part.get_content())


class HtmlPage(HTMLParser):
    """A parser that collects the texts, the links and the elements of an HTML page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str | None] = []
        self.elements: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the name of an element, and its link if it has one."""
        self.elements.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        """Collect a text unless it is blank."""
        self.text += [data.strip()] if data.strip() else []
