"""The mails that tell of sign-ins on new devices and of new passwords, and what the audit and the log have of sign-ins."""

import logging
import re
from email.message import EmailMessage

import pytest

from models import AuditEntry, AuditKind, Mail, MailKind
from models.database import fetch
from services.accounts.password_tokens import make_token
from services.mail_queue import NOTICES_PER_HOUR
from tests.support.clients.graphql import INSTALLATION
from tests.support.clients.signing_in.password_links import mail_text, send_due_mails, set_password
from tests.support.clients.signing_in.sign_in import ada, refresh, session, sign_in
from tests.support.servers.smtp import mail_server

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0"


def text_of(message: EmailMessage) -> str:
    """Return the plain-text body of an email, with line ends as Python has them."""
    return mail_text(message).replace("\r\n", "\n")


async def sent() -> list[EmailMessage]:
    """Send what is due, and return it."""
    async with mail_server() as server:
        return await send_due_mails(server)


async def test_a_new_device_is_mailed_about_with_device_time_and_place(database: str) -> None:
    member = await ada()
    organisation = (await member.organisation).name
    await session(client="2001:db8::7", user_agent=FIREFOX)
    await fetch("UPDATE session SET created_at = '2026-07-01 12:05Z'")
    (message,) = await sent()
    assert message["To"] == "ada@example.org"
    assert message["Subject"] == f"A new device has signed in to the trackers of {organisation}"
    assert text_of(message) == (
        f"Somebody has signed in to the trackers of {organisation} with your account, on a device that has not been used "
        "for it before.\n\n"
        "Device: Firefox on Windows\n"
        "Time: 1 July 2026, 13:05 (UK time)\n"
        "Place: 2001:db8::/64\n\n"
        f"See where you are signed in:\n{INSTALLATION.public_url}/\n\n"
        "If it was you, there is nothing to do. If it was not you, choose another password at once, with the link for a "
        "forgotten password, and tell whoever manages the members of your organisation.\n"
    )


async def test_a_known_device_is_not_mailed_about(database: str) -> None:
    await ada()
    device = (await session())["deviceToken"]
    await fetch("DELETE FROM mail")
    renewed = await refresh((await session(device=device))["refreshToken"])
    await session(device=renewed["session"]["deviceToken"])
    assert await Mail.all().count() == 0
    await session()
    assert [mail.kind for mail in await Mail.all()] == [MailKind.NEW_DEVICE]


async def test_many_new_devices_do_not_fill_the_outbox(database: str) -> None:
    """Check that whoever knows a password cannot delay the mails of everybody by signing in."""
    member = await ada()
    for _ in range(NOTICES_PER_HOUR + 2):
        await session()
    assert await Mail.all().count() == NOTICES_PER_HOUR
    assert await AuditEntry.filter(kind=AuditKind.SIGNED_IN, subject_id=member.id).count() == NOTICES_PER_HOUR + 2
    await fetch("UPDATE sign_in_failures SET blocked_until = now(), last_at = now() - interval '61 minutes'")
    await session()
    assert await Mail.all().count() == NOTICES_PER_HOUR + 1


async def test_a_failed_sign_in_is_not_mailed_about(database: str) -> None:
    await ada()
    await sign_in(password="wrong")
    assert await Mail.all().count() == 0


async def test_a_new_password_is_mailed_about_once(database: str) -> None:
    member = await ada(password_hash=None)
    token = await make_token(member.id, MailKind.INVITATION)
    assert token is not None
    new_session = (await set_password(token))["session"]
    (message,) = await sent()
    assert message["Subject"].startswith("Your password for the trackers of ")
    assert re.search(r"Device: Unknown device\nTime: .* \(UK time\)\nPlace: 192\.0\.2\.1\n", text_of(message))
    # The first sign-in after an invitation, on the device on which the password was chosen, is nothing new.
    assert (await sign_in(password="a fresh password", device=new_session["deviceToken"]))["errors"] == []
    assert await sent() == []


async def test_sign_ins_are_audited_and_logged_without_addresses(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    member = await ada()
    with caplog.at_level(logging.INFO, "trackers.accounts"):
        await sign_in(password="wrong", user_agent=FIREFOX)
        await sign_in("nobody@example.org", "wrong", user_agent=FIREFOX)
        device = (await session(user_agent=FIREFOX))["deviceToken"]
        await session(device=device, client="198.51.100.3")
    entries = [(entry.kind.value, entry.actor_id, entry.subject_id, entry.details) for entry in await AuditEntry.all()]
    network = INSTALLATION.keyed_digest("network", "192.0.2.1")[:16]
    failed = {"device": "Firefox on Windows", "known_device": False, "network": network}
    proof = {"method": "PASSWORD", "second_factor": False}
    elsewhere = {
        "device": "Unknown device",
        "known_device": True,
        "network": INSTALLATION.keyed_digest("network", "198.51.100.3")[:16],
    }
    assert entries == [
        ("SIGN_IN_FAILED", None, member.id, failed),
        ("SIGNED_IN", member.id, member.id, failed | proof),
        ("SIGNED_IN", member.id, member.id, elsewhere | proof),
    ]
    assert [re.sub(r"[0-9a-f-]{16,}", "…", record.getMessage()) for record in caplog.records] == [
        "sign-in failed: INVALID_CREDENTIALS, e-mail address …, new device, network …",
        "sign-in failed: INVALID_CREDENTIALS, e-mail address …, new device, network …",
        "member … signed in: PASSWORD, new device, network …",
        "member … signed in: PASSWORD, known device, network …",
    ]
