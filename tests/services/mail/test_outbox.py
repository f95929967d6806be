"""Sending the emails of the outbox: leases, retries, failures, and emails that are given up."""

import asyncio
import logging
import re
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from models import Mail, Member
from models.database import fetch
from services.mail.outbox import OutboxState, outbox_state, retry_delay
from tests.support.factories import mail, notification, tracker
from tests.support.scenarios.mail import (
    INSTALLATION,
    delivery_state,
    enqueue_mail,
    make_due,
    seconds_until_due,
    send_mails,
)
from tests.support.servers.smtp import MailServer, mail_server

SEND_A_BATCH = """
import asyncio, sys
from models.database import database
from server.setting_values import database_credentials
from services.installation import Installation
from services.mail.outbox import send_batch
from services.mail.smtp import SmtpMailer

async def main(url, port):
    installation = Installation(secret=b"", edit_url="https://app.example/{id}", mail_from="trackers@mail.example")
    async with database(database_credentials(url)):
        print(await send_batch(installation, SmtpMailer(host="127.0.0.1", port=port), asyncio.Event()))

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


@pytest.fixture
async def server(database: str) -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


async def test_an_email_is_sent_once(server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "trackers.mail")
    row, assigned_tracker, assignee = await enqueue_mail()
    assert await send_mails(server) == 1
    assert await send_mails(server) == 0
    assert server.envelopes == [("trackers@mail.example", [assignee.email])]
    (message,) = server.messages
    assert (message["To"], message["Subject"]) == (
        assignee.email,
        f"Job tracker {assigned_tracker.number} is assigned to you",
    )
    assert message["Message-ID"] == f"<{row.id}@mail.example>"
    assert message["Date"].datetime == row.created_at.replace(microsecond=0)
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines()[0] == f"Bob Smith assigned Job tracker {assigned_tracker.number} to you."
    assert text.get_content().splitlines()[-1] == INSTALLATION.tracker_url(assigned_tracker.id)
    await row.refresh_from_db()
    assert delivery_state(row) == (True, False, 1, None)
    assert caplog.messages == [f"mail {row.id} sent"]


async def test_an_email_is_not_sent_before_it_is_due(server: MailServer) -> None:
    row, _, _ = await enqueue_mail()
    await fetch("UPDATE mail SET due_at = now() + interval '1 hour'")
    assert await send_mails(server) == 0
    await row.refresh_from_db()
    assert delivery_state(row) == (False, False, 0, None)
    assert server.connections == 0


@pytest.mark.slow
async def test_concurrent_workers_send_each_email_once(server: MailServer) -> None:
    _, assigned_tracker, assignee = await enqueue_mail()
    college = await assigned_tracker.organisation
    for _ in range(99):
        another = await tracker(college, type=await assigned_tracker.type, assignee=assignee)
        await mail(await notification(another, assignee))
    sent = await asyncio.gather(send_mails(server, limit=200), send_mails(server, limit=200))
    assert (sum(sent), min(sent) > 0) == (100, True)
    expected = sorted([f"<{mail_id}@mail.example>" for mail_id in await Mail.all().values_list("id", flat=True)])
    assert sorted(message["Message-ID"] for message in server.messages) == expected
    assert await Mail.filter(sent_at__isnull=False, attempts=1).count() == 100
    assert server.connections == 2


async def test_limit_bounds_the_number_of_sent_emails(server: MailServer) -> None:
    for _ in range(3):
        await enqueue_mail()
    assert await send_mails(server, limit=2) == 2
    assert (await outbox_state()).waiting == 1


@pytest.mark.slow
async def test_an_email_of_a_killed_process_is_sent_again_after_its_lease(server: MailServer, database: str) -> None:
    row, _, _ = await enqueue_mail()
    command = [sys.executable, "-c", SEND_A_BATCH, database, str(server.port)]
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    server.on_data = child.kill
    output, _ = await asyncio.wait_for(child.communicate(), 60)
    assert (child.returncode, output) == (-signal.SIGKILL, b"")
    server.on_data = lambda: None
    await row.refresh_from_db()
    assert delivery_state(row) == (False, False, 1, None)
    assert await send_mails(server) == 0  # the killed process still holds the lease
    await make_due()
    assert await send_mails(server) == 1
    assert [message["Message-ID"] for message in server.messages] == [f"<{row.id}@mail.example>"] * 2


async def test_emails_wait_while_the_mail_server_is_down(server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    first, _, assignee = await enqueue_mail()
    second, _, _ = await enqueue_mail()
    await server.stop()
    assert await send_mails(server) == 0
    await first.refresh_from_db()
    await second.refresh_from_db()
    assert delivery_state(first) == (False, False, 1, "SMTP cannot connect")
    assert delivery_state(second) == (False, False, 0, None)  # not attempted, because it would have failed too
    assert 20 < await seconds_until_due(first.id) <= 36
    state = await outbox_state()
    assert (state.waiting, state.given_up, state.reason) == (2, 0, "SMTP cannot connect")
    await server.start()
    await make_due()
    assert await send_mails(server) == 2
    assert await outbox_state() == OutboxState(waiting=0, oldest_waiting_seconds=0, given_up=0, reason=None)
    (line,) = caplog.messages
    assert re.fullmatch(
        rf"mail {first.id} delayed after attempt 1: SMTP cannot connect; the next attempt is in (2[4-9]|3[0-6]) s", line
    )
    assert assignee.email not in caplog.text


async def test_a_delayed_recipient_does_not_delay_others(server: MailServer) -> None:
    first, _, _ = await enqueue_mail()
    second, _, _ = await enqueue_mail()
    server.rcpt_replies = ["451 4.3.0 later"]
    assert await send_mails(server) == 1
    await first.refresh_from_db()
    await second.refresh_from_db()
    assert (delivery_state(first), delivery_state(second)) == (
        (False, False, 1, "SMTP 451 4.3.0"),
        (True, False, 1, None),
    )
    await make_due()
    assert await send_mails(server) == 1
    await first.refresh_from_db()
    assert delivery_state(first) == (True, False, 2, None)


async def test_a_permanently_rejected_email_is_given_up(server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    row, _, assignee = await enqueue_mail()
    server.rcpt_replies = [f"550 5.1.1 <{assignee.email}> unknown"]
    assert await send_mails(server) == 0
    await make_due()
    assert await send_mails(server) == 0
    await row.refresh_from_db()
    assert delivery_state(row) == (False, True, 1, "SMTP 550 5.1.1")
    assert await outbox_state() == OutboxState(waiting=0, oldest_waiting_seconds=0, given_up=1, reason=None)
    assert caplog.record_tuples == [("trackers.mail", logging.ERROR, f"mail {row.id} given up: SMTP 550 5.1.1")]


async def test_a_delayed_email_is_given_up_after_a_day(server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    row, _, _ = await enqueue_mail()
    server.rcpt_replies = ["451 later"] * 2
    await fetch("UPDATE mail SET created_at = now() - interval '23 hours 59 minutes'")
    assert await send_mails(server) == 0
    await row.refresh_from_db()
    assert delivery_state(row) == (False, False, 1, "SMTP 451")
    assert (await outbox_state()).oldest_waiting_seconds >= 86_340
    await fetch("UPDATE mail SET created_at = now() - interval '1 day', due_at = now()")
    assert await send_mails(server) == 0
    await row.refresh_from_db()
    assert delivery_state(row) == (False, True, 2, "SMTP 451")
    assert (await outbox_state()).given_up == 1
    assert caplog.messages[-1] == f"mail {row.id} given up after a day: SMTP 451"


async def test_an_email_older_than_a_day_is_still_attempted(server: MailServer) -> None:
    await enqueue_mail()
    await fetch("UPDATE mail SET created_at = now() - interval '3 days'")
    assert await send_mails(server) == 1


async def test_an_invalid_address_does_not_delay_others(server: MailServer) -> None:
    first, _, assignee = await enqueue_mail()
    await enqueue_mail()
    await Member.filter(id=assignee.id).update(email="no address")
    assert await send_mails(server) == 1
    await first.refresh_from_db()
    assert delivery_state(first) == (False, True, 1, "invalid address")


def test_retry_delays_double_up_to_an_hour() -> None:
    for attempt, expected in ((1, 30), (2, 60), (3, 120), (7, 1920)):
        assert all(0.8 * expected <= retry_delay(attempt) <= 1.2 * expected for _ in range(100))
    assert {retry_delay(attempt) for attempt in (9, 10, 100, 10_000)} == {3600}
    assert len({retry_delay(1) for _ in range(100)}) > 1
