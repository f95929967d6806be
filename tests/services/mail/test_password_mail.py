"""What invitations and password resets say, and that no name can change what they are."""

import datetime as dt
import email
import re
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from models import MailKind
from services.installation import Installation
from services.mail.password_mail import PasswordLink, letter_of
from services.mail.templates import one_line, written
from services.mail.transport import MailRefused
from tests.services.mail.test_templates import HEADERS, NAMES, Page, body

INSTALLATION = Installation(
    secret=b"s" * 32,
    edit_url="https://app.example/trackers/{id}",
    mail_from="Trackers <trackers@mail.example>",
    password_url="https://app.example/choose?a=1&token={token}",
)
LINK = "https://app.example/choose?a=1&token=to%2Fken"
INVITED = (
    "{} has made you a member of its trackers. You sign in with this e-mail address and a password that you choose. "
    "The link for that works once, within 7 days."
)
STRANGER = "If you do not know why you get this mail, you need do nothing."
RESET = (
    "Somebody has asked for a new password for this e-mail address. The link to choose one works once, within an hour. "
    "Every session that is open ends then."
)
NOT_YOU = "If it was not you, you need do nothing: your password stays as it is."


def sent(kind: MailKind, **changes: Any) -> EmailMessage:
    facts: dict[str, Any] = {
        "mail_id": UUID(int=5),
        "created_at": dt.datetime(2026, 9, 1, 12, 30, tzinfo=dt.UTC),
        "recipient_email": "ann@northgate.example",
        "organisation": "Northgate Training",
        "link": INSTALLATION.password_link("to/ken"),
    }
    made = written(letter_of(kind, PasswordLink(**facts | changes)), INSTALLATION).as_bytes()
    return email.message_from_bytes(made, policy=default)


@pytest.mark.parametrize(
    ("kind", "subject", "opening", "closing"),
    [
        (
            MailKind.INVITATION,
            "You are invited to the trackers of Northgate Training",
            INVITED.format("Northgate Training"),
            STRANGER,
        ),
        (MailKind.PASSWORD_RESET, "A new password for the trackers of Northgate Training", RESET, NOT_YOU),
    ],
)
def test_the_whole_mail(kind: MailKind, subject: str, opening: str, closing: str) -> None:
    message = sent(kind)
    assert message.items() == [
        ("From", "Trackers <trackers@mail.example>"),
        ("To", "ann@northgate.example"),
        ("Subject", subject),
        ("Date", "Tue, 01 Sep 2026 12:30:00 +0000"),
        ("Message-ID", "<00000000-0000-0000-0000-000000000005@mail.example>"),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        ("Content-Type", message["Content-Type"]),
    ]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert body(message, "plain").splitlines() == [opening, "", "Choose a password:", LINK, "", closing]
    page = Page(body(message, "html"))
    assert page.links == [LINK]
    assert page.text == [subject, opening, "Choose a password", closing]
    assert page.elements == ["html", "head", "meta", "title", "body", "p", "p", "a", "p"]
    assert re.search(f"^{re.escape(LINK)}$", message.as_string(), re.MULTILINE)


@given(name=NAMES)
def test_any_name_of_the_organisation_leaves_it_one_mail_to_this_recipient(name: str) -> None:
    for kind in (MailKind.INVITATION, MailKind.PASSWORD_RESET):
        message = sent(kind, organisation=name)
        assert message.keys() == HEADERS
        assert message["To"] == "ann@northgate.example"
        assert Page(body(message, "html")).links == [LINK]
    assert body(sent(MailKind.INVITATION, organisation=name), "plain").splitlines()[0] == INVITED.format(one_line(name))


def test_an_address_that_is_none() -> None:
    with pytest.raises(MailRefused, match=r"^no address$"):
        sent(MailKind.INVITATION, recipient_email="ann@b.example\r\nBcc: c@d.example")
