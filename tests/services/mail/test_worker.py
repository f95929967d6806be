"""The worker: woken, polling, through an outage of the database, and ended without losing a mail."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from models import Mail
from models.database import fetch
from services.mail.worker import run_outbox
from tests.conftest import administer
from tests.support.scenarios.mail import INSTALLATION, owed
from tests.support.servers.smtp import MailServer, mail_server

HOUR = 3600.0


@pytest.fixture
async def server(database: str) -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


@asynccontextmanager
async def working(
    server: MailServer, *, poll: float = HOUR, grace: float = 30
) -> AsyncIterator[tuple[asyncio.Task[None], asyncio.Event]]:
    wake, mailer = asyncio.Event(), server.mailer()
    worker = asyncio.create_task(run_outbox(INSTALLATION, mailer, wake, poll=poll, grace=grace))
    try:
        yield worker, wake
    finally:
        if not worker.cancelling():  # a second one would cut the grace short
            worker.cancel()
        await asyncio.wait([worker], timeout=60)
        await mailer.close()
    assert worker.cancelled()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():
            await asyncio.sleep(0.02)


def sent(number: int) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        return await Mail.filter(sent_at__isnull=False).count() == number

    return condition


async def test_it_sends_what_is_due_and_what_a_wake_up_tells_of(server: MailServer) -> None:
    for _ in range(25):
        await owed()
    async with working(server) as (_, wake):
        await until(sent(25))
        await owed()
        wake.set()
        await until(sent(26))
    assert len(server.messages) == 26


async def test_without_a_wake_up_it_looks_now_and_then(server: MailServer) -> None:
    async with working(server, poll=0.1):
        await owed()
        await until(sent(1))


async def test_a_delayed_mail_goes_when_it_is_due(server: MailServer) -> None:
    row, _, _ = await owed()
    (set_to,) = await fetch("UPDATE mail SET due_at = now() + interval '0.5 seconds' RETURNING due_at")
    async with working(server):
        await until(sent(1))
    await row.refresh_from_db()
    assert row.sent_at is not None
    assert row.sent_at >= set_to["due_at"]


async def test_idle_it_holds_no_connection(server: MailServer) -> None:
    await owed()
    async with working(server) as (_, wake):
        await until(sent(1))
        await owed()
        wake.set()
        await until(sent(2))
    assert server.connections == 2


async def test_the_database_goes_and_comes_back(
    server: MailServer, postgres: str, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "trackers.mail")
    name = database.partition("?")[0].rpartition("/")[2]

    async def stands_still() -> bool:
        return "the outbox stands still" in caplog.text

    await owed()
    async with working(server, poll=0.1):
        await until(sent(1))
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        await administer(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", end)
        await until(stands_still)
        await administer(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await owed()
        await until(sent(2))
    told = [message.partition(":")[0] for message in caplog.messages if message.startswith("the outbox")]
    assert told == ["the outbox stands still", "the outbox goes on"]
    assert len(server.messages) == 2


async def test_the_mail_server_goes_and_comes_back(server: MailServer) -> None:
    await server.stop()
    await owed()
    async with working(server) as (_, wake):
        await until(lambda: Mail.filter(last_error="SMTP cannot connect").exists())
        await owed()
        await server.start()
        wake.set()
        await until(sent(1))


async def test_ended_it_lets_a_mail_arrive(server: MailServer) -> None:
    row, _, _ = await owed()
    await owed()
    server.may_answer.clear()
    async with working(server) as (worker, _):
        await asyncio.wait_for(server.arrived.wait(), 60)
        worker.cancel()
        await asyncio.sleep(0)
        assert not worker.done()
        server.may_answer.set()
        await asyncio.wait([worker], timeout=60)
        assert worker.cancelled()
    await row.refresh_from_db()
    assert row.sent_at is not None
    assert len(server.messages) == 1


async def test_ended_at_any_moment_it_ends_and_what_was_begun_is_sent_once(server: MailServer) -> None:
    for moment in range(40):
        await owed()
        async with working(server):
            for _ in range(moment):
                await asyncio.sleep(0.001)
    assert await Mail.filter(attempts__gt=0, sent_at=None).count() == 0
    assert len(server.messages) == await Mail.filter(attempts=1).count() > 0


async def test_ended_it_does_not_wait_for_ever(server: MailServer) -> None:
    row, _, _ = await owed()
    server.may_answer.clear()
    async with working(server, grace=0.2) as (worker, _):
        await asyncio.wait_for(server.arrived.wait(), 60)
        worker.cancel()
        await asyncio.wait([worker], timeout=60)
        assert worker.cancelled()
    await row.refresh_from_db()
    assert (row.sent_at, row.given_up_at, row.attempts) == (None, None, 1)  # leased: it goes again
