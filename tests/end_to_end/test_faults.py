"""Tests that assignments are delivered although server processes are killed and clients disconnect."""

import asyncio
from pathlib import Path
from signal import SIGSTOP

from models import Mail
from models.database import fetch
from tests.support.scenarios.staff import CREATE, PASSWORD, make_staff
from tests.support.servers.smtp import MailServer
from tests.support.servers.trackers import environment, run_server


async def test_the_email_is_sent_after_the_server_is_killed_between_commit_and_sending(
    database: str, folder: Path
) -> None:
    """Kill the server while it waits for the reply of the mail server, which has accepted the message."""
    members = await make_staff()
    mail = MailServer()
    await mail.start()
    try:
        env = environment(database, TRACKERS_SMTP_URL=f"smtp://127.0.0.1:{mail.port}")
        async with run_server(folder, env) as server:
            token = await server.sign_in("ada@example.org", PASSWORD)
            await _until_sent()  # the mail about the sign-in
            mail.may_reply.clear()
            answer = await server.ask(CREATE, token, input=members.tracker_input())
            assert answer["data"]["createTracker"]["errors"] == []
            await _until_claimed()
            await server.kill()
        mail.may_reply.set()
        mail.drop_connections()
        before = len(mail.messages)
        await fetch("UPDATE mail SET due_at = now()")  # as if the lease had expired

        async with run_server(folder, env):
            await _until_sent()
    finally:
        await mail.stop()
    sent = mail.messages[before:]
    assert [message["To"] for message in sent] == ["bob@example.org"]
    assert "number 1" in str(sent[0].get_body(("plain",))) or "tracker 1" in str(sent[0].get_body(("plain",)))
    repeated = [message for message in mail.messages if message["To"] == "bob@example.org"]
    assert {message["Message-ID"] for message in repeated} == {sent[0]["Message-ID"]}


async def _until_claimed() -> None:
    async with asyncio.timeout(20):
        while not await Mail.filter(attempts__gt=0, sent_at=None).exists():
            await asyncio.sleep(0.05)


async def _until_sent() -> None:
    async with asyncio.timeout(20):
        while await Mail.filter(sent_at=None).exists():
            await asyncio.sleep(0.05)


async def test_events_are_resumed_after_a_server_is_killed_between_commit_and_delivery(
    database: str, folder: Path
) -> None:
    """Commit on a second server while the first, which holds the subscriber's socket, is stopped; then kill the first."""
    members = await make_staff()
    env = environment(database)
    async with run_server(folder, env) as first, run_server(folder, env) as second:
        ada, bob = [await second.sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]
        async with first.subscribe(bob, "trackerAssigned") as subscription:
            await second.ask(CREATE, ada, input=members.tracker_input())
            received = await subscription.next()
            assert received == {"cursor": "1", "kind": "ASSIGNED", "tracker": {"number": 1}}
            first.signal(SIGSTOP)
            await second.ask(CREATE, ada, input=members.tracker_input())
            await first.kill()
        async with second.subscribe(bob, "trackerAssigned", after=received["cursor"]) as resumed:
            assert await resumed.next() == {"cursor": "2", "kind": "ASSIGNED", "tracker": {"number": 2}}
            await second.ask(CREATE, ada, input=members.tracker_input())
            assert await resumed.next() == {"cursor": "3", "kind": "ASSIGNED", "tracker": {"number": 3}}


async def test_a_subscriber_who_missed_100_assignments_receives_exactly_these(database: str, folder: Path) -> None:
    members = await make_staff()
    async with run_server(folder, environment(database)) as server:
        ada, bob = [await server.sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]
        async with server.subscribe(bob, "notificationReceived") as subscription:
            await server.ask(CREATE, ada, input=members.tracker_input())
            last_cursor = (await subscription.next())["cursor"]
        for _ in range(10):
            await asyncio.gather(*(server.ask(CREATE, ada, input=members.tracker_input()) for _ in range(10)))
        async with server.subscribe(bob, "notificationReceived", after=last_cursor) as resumed:
            received = [await resumed.next() for _ in range(100)]
            assert [notification["cursor"] for notification in received] == [str(number) for number in range(2, 102)]
            assert sorted(notification["tracker"]["number"] for notification in received) == list(range(2, 102))
            await server.ask(CREATE, ada, input=members.tracker_input())
            assert (await resumed.next())["cursor"] == "102"


async def test_a_server_closes_its_sockets_on_shutdown(database: str, folder: Path) -> None:
    await make_staff()
    async with run_server(folder, environment(database)) as server:
        bob = await server.sign_in("bob@example.org", PASSWORD)
        async with server.subscribe(bob, "trackerAssigned") as subscription:
            assert await server.stop() == 0
            await subscription.connection.wait_closed()
            assert subscription.connection.close_code == 1001
    assert "Traceback" not in server.log.read_text()
