"""The outbox worker: wake-ups, polling, outages of database and mail server, and cancellation."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from models import Mail
from models.database import fetch
from services.mail.worker import run_outbox
from tests.support.databases.postgres import administer
from tests.support.scenarios.mail import INSTALLATION, enqueue_mail
from tests.support.servers.smtp import MailServer, mail_server

HOUR = 3600.0


@pytest.fixture
async def server(database: str) -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


@asynccontextmanager
async def running_worker(
    server: MailServer, *, poll: float = HOUR, grace: float = 30
) -> AsyncIterator[tuple[asyncio.Task[None], asyncio.Event]]:
    wake, mailer = asyncio.Event(), server.mailer()
    worker = asyncio.create_task(run_outbox(INSTALLATION, mailer, wake, poll=poll, grace=grace))
    try:
        yield worker, wake
    finally:
        if not worker.cancelling():  # a second cancellation would end the grace period
            worker.cancel()
        await asyncio.wait([worker], timeout=60)
        await mailer.close()
    assert worker.cancelled()


async def wait_until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():
            await asyncio.sleep(0.02)


def sent_count_is(number: int) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        return await Mail.filter(sent_at__isnull=False).count() == number

    return condition


async def test_the_worker_sends_due_emails_and_can_be_woken(server: MailServer) -> None:
    for _ in range(25):
        await enqueue_mail()
    async with running_worker(server) as (_, wake):
        await wait_until(sent_count_is(25))
        await enqueue_mail()
        wake.set()
        await wait_until(sent_count_is(26))
    assert len(server.messages) == 26


async def test_the_worker_polls_without_wake_ups(server: MailServer) -> None:
    async with running_worker(server, poll=0.1):
        await enqueue_mail()
        await wait_until(sent_count_is(1))


@pytest.mark.slow
async def test_an_email_is_sent_when_it_becomes_due(server: MailServer) -> None:
    row, _, _ = await enqueue_mail()
    (updated,) = await fetch("UPDATE mail SET due_at = now() + interval '0.5 seconds' RETURNING due_at")
    async with running_worker(server):
        await wait_until(sent_count_is(1))
    await row.refresh_from_db()
    assert row.sent_at is not None
    assert row.sent_at >= updated["due_at"]


async def test_the_worker_closes_idle_connections(server: MailServer) -> None:
    await enqueue_mail()
    async with running_worker(server) as (_, wake):
        await wait_until(sent_count_is(1))
        await enqueue_mail()
        wake.set()
        await wait_until(sent_count_is(2))
    assert server.connections == 2


@pytest.mark.slow
async def test_the_worker_survives_an_outage_of_the_database(
    server: MailServer, postgres: str, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "trackers.mail")
    name = database.partition("?")[0].rpartition("/")[2]

    async def failure_logged() -> bool:
        return "outbox worker failed" in caplog.text

    async def recovery_logged() -> bool:
        return "outbox worker recovered" in caplog.text

    await enqueue_mail()
    async with running_worker(server, poll=0.1):
        await wait_until(sent_count_is(1))
        terminate_connections = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        await administer(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", terminate_connections)
        await wait_until(failure_logged)
        await administer(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await enqueue_mail()
        await wait_until(sent_count_is(2))
        await wait_until(recovery_logged)
    log_messages = [message.partition(":")[0] for message in caplog.messages if message.startswith("outbox worker")]
    assert log_messages == ["outbox worker failed, retrying", "outbox worker recovered"]
    assert len(server.messages) == 2


@pytest.mark.slow
async def test_the_worker_survives_an_outage_of_the_mail_server(
    server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "trackers.mail")
    await server.stop()
    await enqueue_mail()
    async with running_worker(server) as (_, wake):
        await wait_until(lambda: Mail.filter(last_error="SMTP cannot connect").exists())
        await enqueue_mail()
        await server.start()
        wake.set()
        await wait_until(sent_count_is(1))
    first, *_, last = caplog.messages
    assert "delayed after attempt 1: SMTP cannot connect; the next attempt is in " in first
    assert last.endswith(" sent")
    assert "recovered" not in caplog.text  # nothing had gone on while the mail server was down


async def test_a_cancelled_worker_finishes_the_email_being_sent(server: MailServer) -> None:
    row, _, _ = await enqueue_mail()
    await enqueue_mail()
    server.may_reply.clear()
    async with running_worker(server) as (worker, _):
        await asyncio.wait_for(server.arrived.wait(), 60)
        worker.cancel()
        await asyncio.sleep(0)
        assert not worker.done()
        server.may_reply.set()
        await asyncio.wait([worker], timeout=60)
        assert worker.cancelled()
    await row.refresh_from_db()
    assert row.sent_at is not None
    assert len(server.messages) == 1


@pytest.mark.slow
async def test_cancellation_at_any_moment_loses_no_email(server: MailServer) -> None:
    for moment in range(40):
        await enqueue_mail()
        async with running_worker(server):
            for _ in range(moment):
                await asyncio.sleep(0.001)
    assert await Mail.filter(attempts__gt=0, sent_at=None).count() == 0
    assert len(server.messages) == await Mail.filter(attempts=1).count() > 0


async def test_a_cancelled_worker_waits_for_the_grace_period_at_most(server: MailServer) -> None:
    row, _, _ = await enqueue_mail()
    server.may_reply.clear()
    async with running_worker(server, grace=0.2) as (worker, _):
        await asyncio.wait_for(server.arrived.wait(), 60)
        worker.cancel()
        await asyncio.wait([worker], timeout=60)
        assert worker.cancelled()
    await row.refresh_from_db()
    assert (row.sent_at, row.given_up_at, row.attempts) == (None, None, 1)  # sent again when the lease has expired
