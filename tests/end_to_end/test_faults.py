"""Whatever fails in between, an assignment arrives: processes are killed, clients go away and come back."""

import asyncio
from pathlib import Path
from signal import SIGSTOP

from models import Mail
from models.database import fetch
from tests.support.scenarios.staff import CREATE, PASSWORD, staff
from tests.support.servers.smtp import MailServer
from tests.support.servers.trackers import environment, running


async def test_killed_between_the_commit_and_the_mail(database: str, folder: Path) -> None:
    """The mail server takes the connection and says nothing more, so the server dies with the mail in its hands."""
    who = await staff()
    post = MailServer()
    await post.start()
    try:
        post.may_answer.clear()
        env = environment(database, TRACKERS_SMTP_URL=f"smtp://127.0.0.1:{post.port}")
        async with running(folder, env) as server:
            token = await server.sign_in("ada@example.org", PASSWORD)
            answer = await server.ask(CREATE, token, input=who.entry())
            assert answer["data"]["createTracker"]["errors"] == []
            await _until_claimed()
            await server.kill()
        post.may_answer.set()
        post.drop_connections()
        before = len(post.messages)
        await fetch("UPDATE mail SET due_at = now()")  # the lease of the dead runs out

        async with running(folder, env):
            await _until_sent()
    finally:
        await post.stop()
    sent = post.messages[before:]
    assert [message["To"] for message in sent] == ["bob@example.org"]
    assert "number 1" in str(sent[0].get_body(("plain",))) or "tracker 1" in str(sent[0].get_body(("plain",)))
    assert {message["Message-ID"] for message in post.messages} == {sent[0]["Message-ID"]}


async def _until_claimed() -> None:
    async with asyncio.timeout(20):
        while not await Mail.filter(attempts__gt=0).exists():
            await asyncio.sleep(0.05)


async def _until_sent() -> None:
    async with asyncio.timeout(20):
        while await Mail.filter(sent_at=None).exists():
            await asyncio.sleep(0.05)


async def test_killed_between_the_commit_and_the_push(database: str, folder: Path) -> None:
    """A second server commits while the first, which holds the subscriber's socket, stands still and is then killed."""
    who = await staff()
    env = environment(database)
    async with running(folder, env) as first, running(folder, env) as second:
        ada, bob = [await second.sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]
        async with first.subscribed(bob, "trackerAssigned") as subscription:
            await second.ask(CREATE, ada, input=who.entry())
            heard = await subscription.next()
            assert heard == {"cursor": "1", "kind": "ASSIGNED", "tracker": {"number": 1}}
            first.signal(SIGSTOP)
            await second.ask(CREATE, ada, input=who.entry())
            await first.kill()
        async with second.subscribed(bob, "trackerAssigned", after=heard["cursor"]) as again:
            assert await again.next() == {"cursor": "2", "kind": "ASSIGNED", "tracker": {"number": 2}}
            await second.ask(CREATE, ada, input=who.entry())
            assert await again.next() == {"cursor": "3", "kind": "ASSIGNED", "tracker": {"number": 3}}


async def test_a_subscriber_who_was_away_for_100_assignments_gets_exactly_these(database: str, folder: Path) -> None:
    who = await staff()
    async with running(folder, environment(database)) as server:
        ada, bob = [await server.sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]
        async with server.subscribed(bob, "notificationReceived") as subscription:
            await server.ask(CREATE, ada, input=who.entry())
            last = (await subscription.next())["cursor"]
        for _ in range(10):
            await asyncio.gather(*(server.ask(CREATE, ada, input=who.entry()) for _ in range(10)))
        async with server.subscribed(bob, "notificationReceived", after=last) as again:
            heard = [await again.next() for _ in range(100)]
            assert [one["cursor"] for one in heard] == [str(number) for number in range(2, 102)]
            assert sorted(one["tracker"]["number"] for one in heard) == list(range(2, 102))
            await server.ask(CREATE, ada, input=who.entry())
            assert (await again.next())["cursor"] == "102"


async def test_a_server_that_is_told_to_stop_lets_its_sockets_go(database: str, folder: Path) -> None:
    await staff()
    async with running(folder, environment(database)) as server:
        bob = await server.sign_in("bob@example.org", PASSWORD)
        async with server.subscribed(bob, "trackerAssigned") as subscription:
            assert await server.stop() == 0
            await subscription.connection.wait_closed()
            assert subscription.connection.close_code == 1001
    assert "Traceback" not in server.log.read_text()
