"""The contents of invitations and password resets, including hostile names of organisations."""

import re
from email.message import EmailMessage

import pytest
from hypothesis import given

from models import MailKind
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

LINK = "https://app.example/choose?a=1&token=to%2Fken"
INVITATION_OPENING = (
    "{} has made you a member of its trackers. You sign in with this e-mail address and a password that you choose. "
    "The link to choose it works once, within 7 days."
)
INVITATION_CLOSING = "If you were not expecting this e-mail, you can ignore it."
RESET_OPENING = (
    "Someone has requested a new password for this e-mail address. The link to choose one works once, within an hour. "
    "Choosing one ends all your open sessions."
)
RESET_CLOSING = "If it was not you, you can ignore this e-mail: your password stays the same."


def password_email(
    kind: MailKind, *, organisation: str = "Northgate Training", recipient_email: str = RECIPIENT
) -> EmailMessage:
    template = templates.invitation if kind == MailKind.INVITATION else templates.password_reset
    content = template(organisation=organisation, link=INSTALLATION.password_link("to/ken"))
    return render_and_parse(content, recipient_email=recipient_email)


@pytest.mark.parametrize(
    ("kind", "subject", "opening", "closing"),
    [
        (
            MailKind.INVITATION,
            "You are invited to the trackers of Northgate Training",
            INVITATION_OPENING.format("Northgate Training"),
            INVITATION_CLOSING,
        ),
        (
            MailKind.PASSWORD_RESET,
            "A new password for the trackers of Northgate Training",
            RESET_OPENING,
            RESET_CLOSING,
        ),
    ],
)
def test_headers_text_and_html(kind: MailKind, subject: str, opening: str, closing: str) -> None:
    message = password_email(kind)
    assert message.items() == [
        ("From", "Trackers <trackers@mail.example>"),
        ("To", "ann@northgate.example"),
        ("Subject", subject),
        ("Date", "Tue, 01 Sep 2026 12:30:00 +0000"),
        ("Message-ID", "<00000000-0000-0000-0000-000000000005@mail.example>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("MIME-Version", "1.0"),
        ("Content-Type", message["Content-Type"]),
    ]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert part_text(message, "plain").splitlines() == [opening, "", "Choose a password:", LINK, "", closing]
    page = HtmlPage(part_text(message, "html"))
    assert page.links == [LINK]
    assert page.text == [subject, opening, "Choose a password", closing]
    assert page.elements == ["html", "head", "meta", "title", "body", "p", "p", "a", "p"]
    assert re.search(f"^{re.escape(LINK)}$", message.as_string(), re.MULTILINE)


@pytest.mark.slow
@given(name=NAMES)
def test_names_of_organisations_cannot_inject_headers(name: str) -> None:
    for kind in (MailKind.INVITATION, MailKind.PASSWORD_RESET):
        message = password_email(kind, organisation=name)
        assert message.keys() == HEADERS
        assert message["To"] == "ann@northgate.example"
        assert HtmlPage(part_text(message, "html")).links == [LINK]
    assert part_text(password_email(MailKind.INVITATION, organisation=name), "plain").splitlines()[
        0
    ] == INVITATION_OPENING.format(one_line(name))


def test_an_invalid_address_is_refused() -> None:
    with pytest.raises(MailRefused, match=r"^invalid address$"):
        password_email(MailKind.INVITATION, recipient_email="ann@b.example\r\nBcc: c@d.example")
