"""requestPasswordReset: the same answer for everyone, and a limited number of mails."""

import asyncio

import pytest

from models import Mail, MailKind, Member, SignInFailures
from models.database import fetch
from services.accounts import throttling
from tests.support.clients.password_links import (
    NEW_PASSWORD,
    error_codes,
    link_token,
    mail_text,
    request_link,
    send_due_mails,
    set_password,
)
from tests.support.clients.sign_in import ada, sign_in
from tests.support.databases.sql_statements import record_statements
from tests.support.servers.smtp import mail_server

TRUE = {"data": {"requestPasswordReset": True}}


async def mail_count() -> int:
    """Mark all mails as sent, and return how many there are."""
    await fetch("UPDATE mail SET sent_at = now()")
    return await Mail.all().count()


async def test_a_mail_brings_a_link_that_works_once(database: str) -> None:
    member = await ada()
    assert await request_link(" ADA@example.org ") == TRUE
    assert await Mail.all().values_list("kind", "recipient_id", "notification_id") == [
        (MailKind.PASSWORD_RESET, member.id, None)
    ]
    async with mail_server() as server:
        (message,) = await send_due_mails(server)
        assert message["To"] == "ada@example.org"
        assert (await set_password(link_token(message)))["session"]["viewer"]["member"]["name"] == "Ada"
        assert await send_due_mails(server) == []
    assert (await sign_in(password=NEW_PASSWORD))["errors"] == []


async def test_a_repeated_mail_has_a_new_link_and_the_earlier_one_stops_working(database: str) -> None:
    await ada()
    await request_link()
    async with mail_server() as server:
        (first,) = await send_due_mails(server)
        await fetch("UPDATE mail SET sent_at = NULL, due_at = now()")  # as after a crash before it was marked
        (second,) = await send_due_mails(server)
    assert first["Message-ID"] == second["Message-ID"]
    assert await error_codes(link_token(first)) == [([], "INVALID_CREDENTIALS")]
    assert await error_codes(link_token(second)) == []


async def test_nothing_tells_whether_there_is_such_a_member(database: str) -> None:
    await ada()
    await ada(email="off@example.org", active=False)
    done = []
    for email in ("ada@example.org", "nobody@example.org", "off@example.org", "", "\0", "\ud800@x", "x" * 1_000_000):
        with record_statements() as statements:
            assert await request_link(email) == TRUE
        done.append(statements)
    assert done == [done[0]] * len(done)
    assert len(done[0]) == 5  # the transaction's begin and commit, two counts, and the mail
    assert await Mail.all().count() == 1


async def test_many_requests_send_a_few_mails_an_hour(database: str) -> None:
    await ada()
    answers = await asyncio.gather(*(request_link(client=f"192.0.2.{place % 250}") for place in range(300)))
    assert answers == [TRUE] * 300
    assert await mail_count() == 1  # one that waits is enough
    for _ in range(10):
        assert await request_link() == TRUE
        await mail_count()
    assert await mail_count() <= throttling.EMAILS_PER_ADDRESS
    (blocked,) = await SignInFailures.filter(blocked_until__not_isnull=True)
    assert blocked.failures == throttling.EMAILS_PER_ADDRESS


async def test_an_hour_later_more_are_sent(database: str) -> None:
    await ada()
    counts = []
    for _ in range(5):
        await request_link()
        counts.append(await mail_count())
    assert counts == [1, 2, 3, 3, 3]
    await fetch("UPDATE sign_in_failures SET blocked_until = now()")
    for _ in range(5):
        await request_link()
        counts.append(await mail_count())
    assert counts[5:] == [4, 5, 6, 6, 6]


async def test_requests_more_than_an_hour_apart_are_never_limited(database: str) -> None:
    await ada()
    counts = []
    for _ in range(6):
        await request_link()
        counts.append(await mail_count())
        await fetch("UPDATE sign_in_failures SET last_at = last_at - interval '61 minutes'")
    assert counts == [1, 2, 3, 4, 5, 6]


async def test_one_client_can_request_a_limited_number_of_mails(database: str) -> None:
    member = await ada()
    organisation = await member.organisation
    for number in range(25):
        await ada(organisation, email=f"{number}@example.org")
    for number in range(25):
        assert await request_link(f"{number}@example.org", client="192.0.2.7") == TRUE
    assert await Mail.all().count() == throttling.EMAILS_PER_CLIENT
    assert await SignInFailures.all().count() == throttling.EMAILS_PER_CLIENT + 1  # nor are the others counted
    await request_link(client="192.0.2.8")
    assert await Mail.all().count() == throttling.EMAILS_PER_CLIENT + 1


async def test_requests_are_not_counted_as_failed_sign_ins(database: str) -> None:
    await ada()
    for _ in range(10):
        await request_link()
    assert (await sign_in())["errors"] == []


@pytest.mark.parametrize("change", [{"active": False}, {"email": "elsewhere@example.org"}])
async def test_the_recipient_is_read_when_the_mail_is_sent(database: str, change: dict[str, object]) -> None:
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
