"""``requestPasswordReset``: the same answer for every address, and limits on the number of emails."""

import asyncio

import pytest

from models import Mail, MailKind, Member, SignInFailures
from models.database import fetch
from services.accounts import throttling
from services.mail_queue import enqueue_invitation
from tests.support.clients.signing_in.password_links import (
    NEW_PASSWORD,
    error_codes,
    link_token,
    mail_text,
    request_link,
    send_due_mails,
    set_password,
)
from tests.support.clients.signing_in.sign_in import ada, sign_in
from tests.support.databases.sql_statements import record_statements
from tests.support.servers.smtp import mail_server

TRUE = {"data": {"requestPasswordReset": True}}


async def mark_sent_and_count() -> int:
    """Mark all emails as sent, and return their number."""
    await fetch("UPDATE mail SET sent_at = now()")
    return await Mail.all().count()


async def test_the_link_in_the_email_works_once(database: str) -> None:
    member = await ada()
    assert await request_link(" ADA@example.org ") == TRUE
    assert await Mail.all().values_list("kind", "recipient_id", "notification_id") == [
        (MailKind.PASSWORD_RESET, member.id, None)
    ]
    async with mail_server() as server:
        (message,) = await send_due_mails(server)
        assert message["To"] == "ada@example.org"
        assert (await set_password(link_token(message)))["session"]["viewer"]["member"]["name"] == "Ada"
        (news,) = await send_due_mails(server)
        assert news["Subject"].startswith("Your password for the trackers of ")
    assert (await sign_in(password=NEW_PASSWORD))["errors"] == []


async def test_an_email_sent_again_has_a_new_link_beside_the_first(database: str) -> None:
    await ada()
    await request_link()
    async with mail_server() as server:
        (first,) = await send_due_mails(server)
        await fetch("UPDATE mail SET sent_at = NULL, due_at = now()")  # as after a crash before the email was marked
        (second,) = await send_due_mails(server)
    assert first["Message-ID"] == second["Message-ID"]
    assert await error_codes(link_token(first)) == []
    assert await error_codes(link_token(second)) == [([], "INVALID_CREDENTIALS")]


async def test_the_answer_does_not_reveal_whether_the_member_exists(database: str) -> None:
    await ada()
    await ada(email="off@example.org", active=False)
    statements_by_request = []
    for email in ("ada@example.org", "nobody@example.org", "off@example.org", "", "\0", "\ud800@x", "x" * 1_000_000):
        with record_statements() as statements:
            assert await request_link(email) == TRUE
        statements_by_request.append(statements)
    assert statements_by_request == [statements_by_request[0]] * len(statements_by_request)
    assert len(statements_by_request[0]) == 5  # BEGIN, two counts, the email, and COMMIT
    assert await Mail.all().count() == 1


@pytest.mark.slow
async def test_many_requests_send_few_emails_per_hour(database: str) -> None:
    await ada()
    answers = await asyncio.gather(*(request_link(client=f"192.0.2.{place % 250}") for place in range(300)))
    assert answers == [TRUE] * 300
    assert await mark_sent_and_count() == 1  # no second email is enqueued while one is waiting
    for _ in range(10):
        assert await request_link() == TRUE
        await mark_sent_and_count()
    assert await mark_sent_and_count() <= throttling.EMAILS_PER_ADDRESS
    (blocked,) = await SignInFailures.filter(blocked_until__not_isnull=True)
    assert blocked.failures == throttling.EMAILS_PER_ADDRESS


async def test_the_limit_is_lifted_after_an_hour(database: str) -> None:
    await ada()
    counts = []
    for _ in range(5):
        await request_link()
        counts.append(await mark_sent_and_count())
    assert counts == [1, 2, 3, 3, 3]
    await fetch("UPDATE sign_in_failures SET blocked_until = now()")
    for _ in range(5):
        await request_link()
        counts.append(await mark_sent_and_count())
    assert counts[5:] == [4, 5, 6, 6, 6]


async def test_requests_more_than_an_hour_apart_are_never_limited(database: str) -> None:
    await ada()
    counts = []
    for _ in range(6):
        await request_link()
        counts.append(await mark_sent_and_count())
        await fetch("UPDATE sign_in_failures SET last_at = last_at - interval '61 minutes'")
    assert counts == [1, 2, 3, 4, 5, 6]


async def test_the_emails_that_a_client_requests_are_limited(database: str) -> None:
    member = await ada()
    organisation = await member.organisation
    for number in range(25):
        await ada(organisation, email=f"{number}@example.org")
    for number in range(25):
        assert await request_link(f"{number}@example.org", client="192.0.2.7") == TRUE
    assert await Mail.all().count() == throttling.EMAILS_PER_NETWORK
    assert await SignInFailures.all().count() == throttling.EMAILS_PER_NETWORK + 1  # the further requests add no rows
    await request_link(client="192.0.2.8")
    assert await Mail.all().count() == throttling.EMAILS_PER_NETWORK + 1


async def test_requests_are_not_counted_as_failed_sign_ins(database: str) -> None:
    await ada()
    for _ in range(10):
        await request_link()
    assert (await sign_in())["errors"] == []


@pytest.mark.parametrize("change", [{"active": False}, {"email": "elsewhere@example.org"}])
async def test_the_recipient_is_read_when_the_email_is_sent(database: str, change: dict[str, object]) -> None:
    member = await ada()
    await request_link()
    await Member.filter(id=member.id).update(**change)
    async with mail_server() as server:
        messages = await send_due_mails(server)
    assert [message["To"] for message in messages] == ([change["email"]] if "email" in change else [])


async def test_no_invitation_is_sent_to_a_member_with_a_password(database: str) -> None:
    member = await ada()
    await Mail.create(
        kind=MailKind.INVITATION, recipient=member, created_at=member.created_at, due_at=member.created_at
    )
    async with mail_server() as server:
        assert await send_due_mails(server) == []
        await Member.filter(id=member.id).update(password_hash=None)
        await fetch("UPDATE mail SET given_up_at = NULL, due_at = now()")
        (message,) = await send_due_mails(server)
    assert "made you a member" in mail_text(message)
    assert await error_codes(link_token(message)) == []


async def test_a_requested_reset_leaves_an_invitation_and_earlier_resets_valid(database: str) -> None:
    member = await ada(password_hash=None)
    await enqueue_invitation(member.id)
    async with mail_server() as server:
        (invitation,) = await send_due_mails(server)
        await request_link(client="192.0.2.66")  # which anyone can do
        (first,) = await send_due_mails(server)
        await request_link(client="192.0.2.66")
        (second,) = await send_due_mails(server)
    tokens = [link_token(message) for message in (invitation, first, second)]
    assert [await error_codes(token, "short") for token in tokens] == [[(["password"], "TOO_SHORT")]] * 3
    assert await error_codes(tokens[0]) == []
    assert [await error_codes(token) for token in tokens] == [[([], "INVALID_CREDENTIALS")]] * 3
