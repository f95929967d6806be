"""Mails as their recipient's program reads them: headers, the two parts, and what the HTML shows."""

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
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
NAMES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200),
    st.lists(st.sampled_from(["\r\n", "\n", "Bcc: a@b.example", "=?utf-8?q?=0ABcc:_a=40b.example?=", " ", "é"])).map(
        "".join
    ),
)
"""Names as somebody might enter them to break a header."""


def render_and_parse(content: Content, *, recipient_email: str = RECIPIENT) -> EmailMessage:
    """Render a mail and parse its bytes again."""
    envelope = Envelope(UUID(int=5), dt.datetime(2026, 9, 1, 12, 30, tzinfo=dt.UTC), recipient_email)
    return email.message_from_bytes(render(envelope, content, INSTALLATION).as_bytes(), policy=default)


def part_text(message: EmailMessage, subtype: str) -> str:
    """Return the text of the part ``text/<subtype>``."""
    part = cast(EmailMessage, message.get_body((subtype,)))
    return cast(str, part.get_content())


class HtmlPage(HTMLParser):
    """The text, the links and the elements of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str | None] = []
        self.elements: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element's name, and its link if it has one."""
        self.elements.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        """Keep a piece of text that is not blank."""
        self.text += [data.strip()] if data.strip() else []
