"""Batches of the outbox: their statements, what a kill repeats, and what is released."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from models import Mail
from models.database import fetch
from services.mail.outbox import BATCH_SIZE, NO_LONGER_DUE, SENDING_SECONDS, BatchResult, send_batch
from tests.support.databases.sql_statements import record_statements
from tests.support.factories import mail, notification, tracker
from tests.support.scenarios.mail import INSTALLATION, enqueue_mail, make_due, send_mails
from tests.support.servers.smtp import MailServer, mail_server

SEND_BATCHES = """
import asyncio, sys
from models.database import database
from server.setting_values import database_credentials
from services.installation import Installation
from services.mail.smtp import SmtpMailer
from services.mail.worker import run_outbox

async def main(url, port):
    installation = Installation(secret=b"", edit_url="https://app.example/{id}", mail_from="trackers@mail.example")
    async with database(database_credentials(url)):
        await run_outbox(installation, SmtpMailer(host="127.0.0.1", port=port), asyncio.Event())

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


@pytest.fixture
async def server(database: str) -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


async def _enqueue_mails(count: int) -> None:
    """Enqueue emails to one assignee."""
    _, assigned_tracker, assignee = await enqueue_mail()
    college, tracker_type = await assigned_tracker.organisation, await assigned_tracker.type
    for _ in range(count - 1):
        await mail(await notification(await tracker(college, type=tracker_type, assignee=assignee), assignee))


async def _send_batch(server: MailServer, stopping: asyncio.Event | None = None) -> BatchResult:
    mailer = server.mailer()
    try:
        return await send_batch(INSTALLATION, mailer, stopping or asyncio.Event())
    finally:
        await mailer.close()


async def test_a_batch_takes_four_statements_and_one_connection(server: MailServer) -> None:
    await _enqueue_mails(BATCH_SIZE + 5)
    with record_statements() as statements:
        assert await _send_batch(server) == BatchResult(claimed=BATCH_SIZE, sent=BATCH_SIZE)
    assert len(statements) == 4  # claim, read the mails, read their trackers, mark
    assert (len(server.messages), server.connections) == (BATCH_SIZE, 1)
    assert await Mail.filter(sent_at=None, attempts=0).count() == 5


async def test_failures_within_a_batch_harm_no_other_email(server: MailServer) -> None:
    await _enqueue_mails(6)
    server.rcpt_replies = ["250 OK", "550 5.1.1 unknown", "250 OK", "451 4.3.0 later"]
    server.data_replies = ["250 OK", "554 5.6.0 refused"]
    assert await _send_batch(server) == BatchResult(claimed=6, sent=3)
    rows = await Mail.all().order_by("due_at", "id")
    assert sorted((row.sent_at is not None, row.given_up_at is not None, row.last_error or "") for row in rows) == [
        (False, False, "SMTP 451 4.3.0"),
        (False, True, "SMTP 550 5.1.1"),
        (False, True, "SMTP 554 5.6.0"),
        *[(True, False, "")] * 3,
    ]
    assert {row.attempts for row in rows} == {1}


async def test_a_kill_repeats_at_most_one_batch(server: MailServer, database: str) -> None:
    await _enqueue_mails(2 * BATCH_SIZE + 5)
    command = [sys.executable, "-c", SEND_BATCHES, database, str(server.port)]
    child = await asyncio.create_subprocess_exec(*command)
    server.on_data = lambda: child.kill() if len(server.messages) == BATCH_SIZE + 7 else None
    assert await asyncio.wait_for(child.wait(), 60) == -signal.SIGKILL
    server.on_data = lambda: None
    assert await Mail.filter(sent_at__isnull=False).count() == BATCH_SIZE
    assert await send_mails(server, limit=100) == 5  # those that the killed process had not claimed
    await make_due()
    assert await send_mails(server, limit=100) == BATCH_SIZE
    message_ids = [message["Message-ID"] for message in server.messages]
    assert len(set(message_ids)) == 2 * BATCH_SIZE + 5
    assert len(message_ids) - len(set(message_ids)) in (7, 8)  # what it had sent of the second batch


async def test_a_batch_that_is_told_to_stop_releases_what_it_has_not_begun(server: MailServer) -> None:
    await _enqueue_mails(4)
    due_times = await Mail.all().order_by("id").values_list("due_at", flat=True)
    stopping = asyncio.Event()
    server.on_data = lambda: stopping.set() if len(server.messages) == 1 else None
    assert await _send_batch(server, stopping) == BatchResult(claimed=4, sent=2)
    waiting = await Mail.filter(sent_at=None, attempts=0)
    assert len(waiting) == 2
    assert {row.due_at for row in waiting} < set(due_times)


async def test_a_slow_mail_server_gets_no_email_that_its_recipient_may_no_longer_see(server: MailServer) -> None:
    await _enqueue_mails(3)
    server.may_reply.clear()
    sending = asyncio.create_task(_send_batch(server))
    await server.arrived.wait()
    await fetch("UPDATE tracker SET assignee_id = NULL")
    await asyncio.sleep(SENDING_SECONDS)
    server.may_reply.set()
    assert await sending == BatchResult(claimed=3, sent=1)
    assert await Mail.filter(sent_at=None, attempts=0).count() == 2  # released
    assert await _send_batch(server) == BatchResult(claimed=2, sent=0)
    assert await Mail.filter(last_error=NO_LONGER_DUE).count() == 2
    assert len(server.messages) == 1


async def test_an_outage_of_the_mail_server_releases_the_rest_of_the_batch(server: MailServer) -> None:
    await _enqueue_mails(4)
    server.data_replies = ["250 OK", "421 4.3.2 shutting down"]
    assert await _send_batch(server) == BatchResult(claimed=4, sent=1, all_delayed=True)
    rows = await fetch("SELECT attempts, due_at <= now() AS due FROM mail WHERE sent_at IS NULL ORDER BY attempts")
    assert [tuple(row.values()) for row in rows] == [(0, True), (0, True), (1, False)]


async def test_an_email_that_cannot_be_read_delays_no_other(server: MailServer) -> None:
    row, assigned_tracker, _ = await enqueue_mail()
    await enqueue_mail()
    await fetch("ALTER TABLE mail DROP CONSTRAINT IF EXISTS mail_kind")
    await fetch("UPDATE mail SET kind = 'UNKNOWN' WHERE id = $1", row.id)
    assert await send_mails(server) == 1
    (waiting,) = await fetch("SELECT id, last_error FROM mail WHERE sent_at IS NULL")
    assert (waiting["id"], waiting["last_error"]) == (row.id, "error ValueError")
    assert assigned_tracker.id is not None
