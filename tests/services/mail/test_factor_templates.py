"""The contents of the emails about second factors, each of which is composed and sent."""

import pytest
from hypothesis import given

from models import MailKind
from services.installation import Installation
from services.mail.factor_templates import FACTOR_NOTICES, factor_notice
from services.mail_queue import enqueue_notice
from tests.support.clients.signing_in.password_links import mail_text, send_due_mails
from tests.support.clients.signing_in.sign_in import ada
from tests.support.scenarios.rendered_mail import HEADERS, NAMES, HtmlPage, part_text, render_and_parse
from tests.support.servers.smtp import mail_server

LINK = Installation(secret=b"s" * 32, edit_url="").sessions_url
ACTION = "See your second factors and where you are signed in"
CLOSING = (
    "If it was you, there is nothing to do. If it was not you, choose another password at once, with the link for a "
    "forgotten password, and tell whoever manages the members of your organisation."
)
TEXTS: dict[MailKind, tuple[str, str]] = {
    MailKind.FACTOR_ADDED: (
        "A second factor was added: the trackers of Northgate",
        "A second factor was added to your account in the trackers of Northgate. From now on, signing in with your password "
        "needs it too.",
    ),
    MailKind.FACTOR_REMOVED: (
        "A second factor was removed: the trackers of Northgate",
        "A second factor was removed from your account in the trackers of Northgate, by you or by whoever manages its members.",
    ),
    MailKind.RECOVERY_CODES: (
        "New recovery codes were made: the trackers of Northgate",
        "New recovery codes were made for your account in the trackers of Northgate. The earlier ones no longer work.",
    ),
    MailKind.RECOVERY_CODE_USED: (
        "A recovery code was used: the trackers of Northgate",
        "A recovery code was used to sign in to your account in the trackers of Northgate. It works no more.",
    ),
    MailKind.WRONG_CODES: (
        "Somebody may know your password: the trackers of Northgate",
        "Your password for the trackers of Northgate was entered several times with wrong codes of your second factor. "
        "Nobody has signed in by that.",
    ),
}


def test_every_kind_has_a_text() -> None:
    assert TEXTS.keys() == FACTOR_NOTICES


@pytest.mark.parametrize("kind", TEXTS)
def test_the_text_says_what_happened_and_what_to_do(kind: MailKind) -> None:
    content = factor_notice(kind, organisation="Northgate", link=LINK)
    message = render_and_parse(content)
    subject, opening = TEXTS[kind]
    assert message["Subject"] == subject
    assert part_text(message, "plain").splitlines() == [opening, "", f"{ACTION}:", LINK, "", CLOSING]


@pytest.mark.slow
@given(name=NAMES)
def test_names_of_organisations_cannot_inject_headers(name: str) -> None:
    for kind in TEXTS:
        message = render_and_parse(factor_notice(kind, organisation=name, link=LINK))
        assert message.keys() == HEADERS
        assert HtmlPage(part_text(message, "html")).links == [LINK]


async def test_every_kind_is_sent(database: str) -> None:
    member = await ada()
    for kind in TEXTS:
        await enqueue_notice(member.id, kind)
    async with mail_server() as server:
        messages = await send_due_mails(server)
    assert {message["To"] for message in messages} == {"ada@example.org"}
    name = (await member.organisation).name
    openings = sorted(mail_text(message).splitlines()[0] for message in messages)
    assert openings == sorted(opening.replace("Northgate", name) for _, opening in TEXTS.values())
    assert {mail_text(message).splitlines()[3] for message in messages} == {LINK}
