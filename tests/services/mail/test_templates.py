"""The content of the assignment email, including hostile names."""

import datetime as dt
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from services.mail import templates
from services.mail.message import one_line
from services.mail.transport import MailRefused
from tests.support.scenarios.rendered_mail import (
    HEADERS,
    INSTALLATION,
    NAMES,
    RECIPIENT,
    HtmlPage,
    part_text,
    render_and_parse,
)

LINK = "https://app.example/trackers/VHJhY2tlcjowMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDc?a=1&b=2"


def assignment_email(*, recipient_email: str = RECIPIENT, **changes: Any) -> EmailMessage:
    details: dict[str, Any] = {
        "tracker_id": UUID(int=7),
        "tracker_type": "Job",
        "tracker_number": 12,
        "assigned_by": "Bob Smith",
        "due_date": dt.date(2026, 9, 30),
    }
    content = templates.assignment(templates.Assignment(**details | changes), INSTALLATION)
    return render_and_parse(content, recipient_email=recipient_email)


def test_headers_text_and_html() -> None:
    message = assignment_email()
    assert message.items() == [
        ("From", "Trackers <trackers@mail.example>"),
        ("To", "ann@northgate.example"),
        ("Subject", "Job tracker 12 is assigned to you"),
        ("Date", "Tue, 01 Sep 2026 12:30:00 +0000"),
        ("Message-ID", "<00000000-0000-0000-0000-000000000005@mail.example>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("MIME-Version", "1.0"),
        ("Content-Type", message["Content-Type"]),
    ]
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert part_text(message, "plain").splitlines() == [
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
    page = HtmlPage(part_text(message, "html"))
    assert page.links == [LINK]
    assert page.text == [
        "Job tracker 12 is assigned to you",
        "Bob Smith assigned Job tracker 12 to you.",
        *("Type", "Job", "Number", "12", "Assigned by", "Bob Smith", "Due date", "30 September 2026"),
        "Open the tracker",
    ]


def test_emails_about_one_tracker_are_one_thread() -> None:
    content = templates.password_reset(organisation="Acme", link=LINK)
    emails = [render_and_parse(content, mail_id=number, tracker_id=UUID(int=7)) for number in (1, 2)]
    root = "<c9a8f76e-e10e-525f-b3b4-4ab825ec194c@mail.example>"
    assert [(email["In-Reply-To"], email["References"]) for email in emails] == [(root, root)] * 2
    assert len({email["Message-ID"] for email in emails}) == 2
    assert "00000000-0000-0000-0000-000000000007" not in root


def test_the_link_is_on_one_line() -> None:
    assert f"\n{LINK}\n" in assignment_email().as_string()


def test_an_assignment_by_the_system_without_due_date() -> None:
    lines = part_text(assignment_email(assigned_by=None, due_date=None), "plain").splitlines()
    assert lines[:6] == [
        "The system assigned Job tracker 12 to you.",
        "",
        "Type: Job",
        "Number: 12",
        "Assigned by: the system",
        "Due date: none",
    ]


@pytest.mark.parametrize(
    ("name", "displayed"),
    [
        ("Job\r\nBcc: a@b.example", "Job Bcc: a@b.example"),
        ("Job\u2028\x85\x0b\x1c\t Two", "Job Two"),
        ("=?utf-8?q?=0ABcc:_a=40b.example?=", "= ?utf-8?q?=0ABcc:_a=40b.example?="),
        ("\x1b[31mRed\x00\u202egnp.exe", "[31mRedgnp.exe"),
        ("<script>alert('1')</script> & \"co\"", "<script>alert('1')</script> & \"co\""),
        ("  Ünïcode\n", "Ünïcode"),
    ],
)
def test_hostile_names_are_displayed_as_text(name: str, displayed: str) -> None:
    message = assignment_email(tracker_type=name, assigned_by=name)
    assert message.keys() == HEADERS
    assert message["Subject"] == f"{displayed} tracker 12 is assigned to you"
    assert message["To"] == "ann@northgate.example"
    assert part_text(message, "plain").splitlines()[2:5] == [
        f"Type: {displayed}",
        "Number: 12",
        f"Assigned by: {displayed}",
    ]
    page = HtmlPage(part_text(message, "html"))
    assert page.text[2:8] == ["Type", displayed, "Number", "12", "Assigned by", displayed]
    assert set(page.elements) == {"html", "head", "meta", "title", "body", "p", "table", "tr", "th", "td", "a"}


@pytest.mark.slow
@given(name=NAMES)
def test_names_cannot_inject_headers(name: str) -> None:
    message = assignment_email(tracker_type=name, assigned_by=name)
    assert message.keys() == HEADERS
    assert message["To"] == "ann@northgate.example"
    assert part_text(message, "plain").splitlines()[2:4] == [f"Type: {one_line(name)}", "Number: 12"]
    assert len(part_text(message, "plain").splitlines()) == 9
    assert HtmlPage(part_text(message, "html")).links == [LINK]


@pytest.mark.parametrize(
    "address", ["ann", "ann@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "", "a b@c.example"]
)
def test_an_invalid_address_is_refused(address: str) -> None:
    with pytest.raises(MailRefused, match=r"^invalid address$"):
        assignment_email(recipient_email=address)
