"""What the mail about an assignment says, and that no name can change what it is."""

import datetime as dt
import email
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.installation import Installation
from services.mail.templates import Assignment, assignment_mail, one_line
from services.mail.transport import MailRefused

INSTALLATION = Installation(
    secret=b"s" * 32, edit_url="https://app.example/trackers/{id}?a=1&b=2", mail_from="Trackers <trackers@mail.example>"
)
LINK = "https://app.example/trackers/VHJhY2tlcjowMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDc?a=1&b=2"
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
NAMES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200),
    st.lists(st.sampled_from(["\r\n", "\n", "Bcc: a@b.example", "=?utf-8?q?=0ABcc:_a=40b.example?=", " ", "é"])).map(
        "".join
    ),
)


def sent(**changes: Any) -> EmailMessage:
    facts: dict[str, Any] = {
        "mail_id": UUID(int=5),
        "created_at": dt.datetime(2026, 9, 1, 12, 30, tzinfo=dt.UTC),
        "recipient_email": "ann@northgate.example",
        "tracker_id": UUID(int=7),
        "tracker_type": "Job",
        "tracker_number": 12,
        "assigned_by": "Bob Smith",
        "due_date": dt.date(2026, 9, 30),
    }
    made = assignment_mail(Assignment(**facts | changes), INSTALLATION).as_bytes()
    return email.message_from_bytes(made, policy=default)


def body(message: EmailMessage, kind: str) -> str:
    part = cast(EmailMessage, message.get_body((kind,)))
    return cast(str, part.get_content())


class Page(HTMLParser):
    """The text, the links and the elements of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str | None] = []
        self.elements: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += [data.strip()] if data.strip() else []


def test_the_whole_mail() -> None:
    message = sent()
    assert message.items() == [
        ("From", "Trackers <trackers@mail.example>"),
        ("To", "ann@northgate.example"),
        ("Subject", "Job tracker 12 is assigned to you"),
        ("Date", "Tue, 01 Sep 2026 12:30:00 +0000"),
        ("Message-ID", "<00000000-0000-0000-0000-000000000005@mail.example>"),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        ("Content-Type", message["Content-Type"]),
    ]
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert body(message, "plain").splitlines() == [
        "Bob Smith assigned Job tracker 12 to you.",
        "",
        "Type: Job",
        "Number: 12",
        "Assigned by: Bob Smith",
        "Due date: 30 September 2026",
        "",
        "Open the tracker:",
        LINK,
    ]
    page = Page(body(message, "html"))
    assert page.links == [LINK]
    assert page.text == [
        "Job tracker 12 is assigned to you",
        "Bob Smith assigned Job tracker 12 to you.",
        *("Type", "Job", "Number", "12", "Assigned by", "Bob Smith", "Due date", "30 September 2026"),
        "Open the tracker",
    ]


def test_the_link_stands_whole_on_a_line_of_the_raw_mail() -> None:
    assert f"\n{LINK}\n" in sent().as_string()


def test_without_actor_and_due_date() -> None:
    lines = body(sent(assigned_by=None, due_date=None), "plain").splitlines()
    assert lines[:6] == [
        "The system assigned Job tracker 12 to you.",
        "",
        "Type: Job",
        "Number: 12",
        "Assigned by: the system",
        "Due date: none",
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Job\r\nBcc: a@b.example", "Job Bcc: a@b.example"),
        ("Job\u2028\x85\x0b\x1c\t Two", "Job Two"),
        ("=?utf-8?q?=0ABcc:_a=40b.example?=", "= ?utf-8?q?=0ABcc:_a=40b.example?="),
        ("\x1b[31mRed\x00\u202egnp.exe", "[31mRedgnp.exe"),
        ("<script>alert('1')</script> & \"co\"", "<script>alert('1')</script> & \"co\""),
        ("  Ünïcode\n", "Ünïcode"),
    ],
)
def test_hostile_names(name: str, shown: str) -> None:
    message = sent(tracker_type=name, assigned_by=name)
    assert message.keys() == HEADERS
    assert message["Subject"] == f"{shown} tracker 12 is assigned to you"
    assert message["To"] == "ann@northgate.example"
    assert body(message, "plain").splitlines()[2:5] == [f"Type: {shown}", "Number: 12", f"Assigned by: {shown}"]
    page = Page(body(message, "html"))
    assert page.text[2:8] == ["Type", shown, "Number", "12", "Assigned by", shown]
    assert set(page.elements) == {"html", "head", "meta", "title", "body", "p", "table", "tr", "th", "td", "a"}


@given(name=NAMES)
def test_any_name_leaves_the_mail_one_of_these_headers_to_this_recipient(name: str) -> None:
    message = sent(tracker_type=name, assigned_by=name)
    assert message.keys() == HEADERS
    assert message["To"] == "ann@northgate.example"
    assert body(message, "plain").splitlines()[2:4] == [f"Type: {one_line(name)}", "Number: 12"]
    assert len(body(message, "plain").splitlines()) == 9
    assert Page(body(message, "html")).links == [LINK]


@pytest.mark.parametrize(
    "address", ["ann", "ann@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "", "a b@c.example"]
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(MailRefused, match=r"^no address$"):
        sent(recipient_email=address)
