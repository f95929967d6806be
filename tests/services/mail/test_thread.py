"""The outbox worker in a thread of its own: its connections, wake-ups, and end."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from models import Mail
from models.database import fetch
from server.setting_values import database_credentials
from services.mail.thread import run_outbox_thread
from tests.support.scenarios.mail import INSTALLATION, enqueue_mail
from tests.support.servers.smtp import MailServer, mail_server

CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
async def server(database: str) -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


@asynccontextmanager
async def running_thread(server: MailServer, database: str) -> AsyncIterator[tuple[asyncio.Task[None], asyncio.Event]]:
    wake = asyncio.Event()
    worker = asyncio.create_task(run_outbox_thread(database_credentials(database), INSTALLATION, server.mailer(), wake))
    try:
        yield worker, wake
    finally:
        if not worker.cancelling():  # a second cancellation would not wait for the thread
            worker.cancel()
        await asyncio.wait([worker], timeout=60)
    assert worker.cancelled()
    assert not [thread for thread in threading.enumerate() if thread.name == "outbox"]


async def wait_until_sent(count: int) -> None:
    async with asyncio.timeout(60):
        while await Mail.filter(sent_at__isnull=False).count() < count:
            await asyncio.sleep(0.02)


async def test_the_thread_sends_due_emails_and_can_be_woken(server: MailServer, database: str) -> None:
    await enqueue_mail()
    async with running_thread(server, database) as (_, wake):
        await wait_until_sent(1)
        await enqueue_mail()
        wake.set()
        await wait_until_sent(2)
    assert len(server.messages) == 2
    assert server.connections == 2  # an idle connection is closed


async def test_a_cancelled_thread_finishes_the_email_being_sent(server: MailServer, database: str) -> None:
    await enqueue_mail()
    await enqueue_mail()
    server.may_reply.clear()
    async with running_thread(server, database) as (worker, _):
        await asyncio.wait_for(server.arrived.wait(), 60)
        worker.cancel()
        await asyncio.sleep(0)
        assert not worker.done()
        server.may_reply.set()
    # The thread may have heard of it only when it had begun the second email. Neither is lost or left leased.
    assert await Mail.filter(sent_at__isnull=False).count() == len(server.messages) >= 1
    assert await Mail.filter(sent_at=None, attempts__gt=0).count() == 0


async def test_a_thread_that_has_ended_leaves_no_connections(server: MailServer, database: str) -> None:
    (before,) = await fetch(CONNECTIONS)
    async with running_thread(server, database):
        await enqueue_mail()
        await asyncio.wait_for(server.arrived.wait(), 60)
    async with asyncio.timeout(60):  # PostgreSQL notices a closed connection a moment later
        while (await fetch(CONNECTIONS))[0] != before:
            await asyncio.sleep(0.02)
