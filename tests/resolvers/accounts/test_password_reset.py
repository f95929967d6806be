"""requestPasswordReset: says the same to everyone, and sends a few mails at most."""

import asyncio

import pytest

from models import Mail, MailKind, Member, SignInFailures
from models.database import fetch
from services.accounts import mail_requests
from tests.support.clients.password_links import FRESH, ask_for_link, choose, codes, sent, text_of, token_in
from tests.support.clients.sign_in import ada, sign_in
from tests.support.databases.sql_statements import recorded
from tests.support.servers.smtp import mail_server

TRUE = {"data": {"requestPasswordReset": True}}


async def mailed() -> int:
    """How many mails are owed or sent, as if all that were owed had been sent."""
    await fetch("UPDATE mail SET sent_at = now()")
    return await Mail.all().count()


async def test_a_mail_brings_a_link_that_works_once(database: str) -> None:
    member = await ada()
    assert await ask_for_link(" ADA@example.org ") == TRUE
    assert await Mail.all().values_list("kind", "recipient_id", "notification_id") == [
        (MailKind.PASSWORD_RESET, member.id, None)
    ]
    async with mail_server() as server:
        (message,) = await sent(server)
        assert message["To"] == "ada@example.org"
        assert (await choose(token_in(message)))["session"]["viewer"]["member"]["name"] == "Ada"
        assert await sent(server) == []
    assert (await sign_in(password=FRESH))["errors"] == []


async def test_a_repeat_of_the_mail_has_a_fresh_link_and_the_older_one_stops_working(database: str) -> None:
    await ada()
    await ask_for_link()
    async with mail_server() as server:
        (first,) = await sent(server)
        await fetch("UPDATE mail SET sent_at = NULL, due_at = now()")  # as after a crash before it was marked
        (second,) = await sent(server)
    assert first["Message-ID"] == second["Message-ID"]
    assert await codes(token_in(first)) == [([], "INVALID_CREDENTIALS")]
    assert await codes(token_in(second)) == []


async def test_the_same_is_done_and_said_whether_or_not_there_is_such_a_member(database: str) -> None:
    await ada()
    await ada(email="off@example.org", active=False)
    done = []
    for email in ("ada@example.org", "nobody@example.org", "off@example.org", "", "\0", "\ud800@x", "x" * 1_000_000):
        with recorded() as statements:
            assert await ask_for_link(email) == TRUE
        done.append(statements)
    assert done == [done[0]] * len(done)
    assert len(done[0]) == 5  # the transaction's begin and commit, two counts, and the mail
    assert await Mail.all().count() == 1


async def test_a_flood_sends_a_few_mails_an_hour(database: str) -> None:
    await ada()
    answers = await asyncio.gather(*(ask_for_link(client=f"192.0.2.{place % 250}") for place in range(300)))
    assert answers == [TRUE] * 300
    assert await mailed() == 1  # one that waits is enough
    for _ in range(10):
        assert await ask_for_link() == TRUE
        await mailed()
    assert await mailed() <= mail_requests.PER_EMAIL
    (blocked,) = await SignInFailures.filter(blocked_until__not_isnull=True)
    assert blocked.failures == mail_requests.PER_EMAIL


async def test_an_hour_later_there_may_be_more(database: str) -> None:
    await ada()
    counts = []
    for _ in range(5):
        await ask_for_link()
        counts.append(await mailed())
    assert counts == [1, 2, 3, 3, 3]
    await fetch("UPDATE sign_in_failures SET blocked_until = now()")
    for _ in range(5):
        await ask_for_link()
        counts.append(await mailed())
    assert counts[5:] == [4, 5, 6, 6, 6]


async def test_a_few_now_and_then_are_never_stopped(database: str) -> None:
    await ada()
    counts = []
    for _ in range(6):
        await ask_for_link()
        counts.append(await mailed())
        await fetch("UPDATE sign_in_failures SET last_at = last_at - interval '61 minutes'")
    assert counts == [1, 2, 3, 4, 5, 6]


async def test_one_client_asks_for_a_few_members_only(database: str) -> None:
    member = await ada()
    house = await member.organisation
    for number in range(25):
        await ada(house, email=f"{number}@example.org")
    for number in range(25):
        assert await ask_for_link(f"{number}@example.org", client="192.0.2.7") == TRUE
    assert await Mail.all().count() == mail_requests.PER_CLIENT
    assert await SignInFailures.all().count() == mail_requests.PER_CLIENT + 1  # nor are the others counted
    await ask_for_link(client="192.0.2.8")
    assert await Mail.all().count() == mail_requests.PER_CLIENT + 1


async def test_requests_are_no_failed_sign_ins(database: str) -> None:
    await ada()
    for _ in range(10):
        await ask_for_link()
    assert (await sign_in())["errors"] == []


@pytest.mark.parametrize("change", [{"active": False}, {"email": "elsewhere@example.org"}])
async def test_who_is_told_is_asked_when_the_mail_goes(database: str, change: dict[str, object]) -> None:
    member = await ada()
    await ask_for_link()
    await Member.filter(id=member.id).update(**change)
    async with mail_server() as server:
        messages = await sent(server)
    assert [message["To"] for message in messages] == ([change["email"]] if "email" in change else [])


async def test_no_invitation_goes_to_whoever_has_a_password_by_then(database: str) -> None:
    member = await ada()
    await Mail.create(
        kind=MailKind.INVITATION, recipient=member, created_at=member.created_at, due_at=member.created_at
    )
    async with mail_server() as server:
        assert await sent(server) == []
        await Member.filter(id=member.id).update(password_hash=None)
        await fetch("UPDATE mail SET given_up_at = NULL, due_at = now()")
        (message,) = await sent(server)
    assert "made you a member" in text_of(message)
    assert await codes(token_in(message)) == []
