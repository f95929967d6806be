"""The inbox reader: batches, wake-ups, polling, and recovery from lost connections."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from models import Member, Notification
from models.database import database as open_database
from models.database import fetch
from server.setting_values import database_credentials
from services.notifications.inbox_reader import InboxReader
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.clients.subscriptions import TIMEOUT, run_reader, wait_until
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.college import College, college, create_successfully

LISTENING_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"
OTHER_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def assign(tenant: College, member: Member) -> None:
    await create_successfully(tenant.ada, tenant.job(assigneeId=gid(member)))


async def next_cursors(reader: InboxReader, member: Member, after: int = 0) -> list[int]:
    notifications: Sequence[Notification] = await reader.next_batch(member.id, after, timeout=TIMEOUT)
    return [notification.cursor for notification in notifications]


async def listening_backends(connection: asyncpg.Connection) -> set[int]:
    """Wait until a backend listens, and return the process ids of all that do."""
    async with asyncio.timeout(TIMEOUT):
        while not (backends := {row["pid"] for row in await connection.fetch(LISTENING_BACKENDS)}):
            await asyncio.sleep(0.02)
    return backends


async def test_a_batch_contains_the_next_hundred_notifications(database: str) -> None:
    tenant = await college()
    tracker = await make.tracker(tenant.organisation)
    for _ in range(101):
        await make.notification(tracker, tenant.bob)
    async with run_reader(database) as reader:
        assert await next_cursors(reader, tenant.bob) == list(range(1, 101))
        assert await next_cursors(reader, tenant.bob, 100) == [101]
        assert await next_cursors(reader, tenant.bob, 98) == [99, 100, 101]
        assert await reader.next_batch(tenant.bob.id, 101, timeout=0.05) == []
        assert await reader.next_batch(tenant.ada.id, 0, timeout=0.05) == []
        assert reader.waiting_count == 0


async def test_a_notification_wakes_its_recipient(database: str) -> None:
    tenant = await college()
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with run_reader(database, poll_seconds=3600.0) as reader:
            await listening_backends(connection)
            batch_task = asyncio.create_task(next_cursors(reader, tenant.bob))
            await wait_until(lambda: reader.waiting_count == 1)
            assert not reader.woken.is_set()
            await connection.execute("NOTIFY trackers, 'rubbish'")
            await assign(tenant, tenant.bob)
            assert await batch_task == [1]
            assert reader.woken.is_set()
    finally:
        await connection.close()


async def test_many_waiting_subscribers_share_a_statement(database: str) -> None:
    tenant = await college()
    members = [await make.member(tenant.organisation) for _ in range(20)]
    tracker = await make.tracker(tenant.organisation)
    for member in members:
        await make.notification(tracker, member)
    async with run_reader(database) as reader:
        with record_statements() as statements:
            batches = await asyncio.gather(*(next_cursors(reader, member) for member in members for _ in range(5)))
    assert batches == [[1]] * 100
    assert len([statement for statement in statements if "unnest($1::uuid[], $2::bigint[])" in statement]) == 1


async def test_the_reader_polls_without_wake_ups(database: str) -> None:
    tenant = await college()
    reader = InboxReader(poll_seconds=0.1)
    reader_task = asyncio.create_task(reader.run())
    try:
        batch_task = asyncio.create_task(next_cursors(reader, tenant.bob))
        await wait_until(lambda: reader.waiting_count == 1)
        await assign(tenant, tenant.bob)
        assert await batch_task == [1]
    finally:
        reader_task.cancel()
        await asyncio.gather(reader_task, return_exceptions=True)


@pytest.mark.slow
async def test_a_lost_listen_connection_is_replaced_without_losing_notifications(database: str) -> None:
    tenant = await college()
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with run_reader(database, poll_seconds=0.2) as reader:
            (first,) = await listening_backends(connection)
            batch_task = asyncio.create_task(next_cursors(reader, tenant.bob))
            await wait_until(lambda: reader.waiting_count == 1)
            assert await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", first)
            await assign(tenant, tenant.bob)
            assert await batch_task == [1]
            (second,) = await listening_backends(connection)
            assert second != first
            batch_task = asyncio.create_task(next_cursors(reader, tenant.bob, 1))
            await assign(tenant, tenant.bob)
            assert await batch_task == [2]
    finally:
        await connection.close()


@pytest.mark.slow
async def test_the_reader_survives_the_loss_of_every_connection(database: str) -> None:
    tenant = await college()
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with run_reader(database, poll_seconds=0.2) as reader:
            await listening_backends(connection)
            for after in range(3):
                batch_task = asyncio.create_task(next_cursors(reader, tenant.bob, after))
                await wait_until(lambda: reader.waiting_count == 1)
                for row in await connection.fetch(OTHER_BACKENDS):
                    await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", row["pid"])
                await _wait_until_pool_recovers()
                await assign(tenant, tenant.bob)
                assert await batch_task == [after + 1]
    finally:
        await connection.close()


async def _wait_until_pool_recovers() -> None:
    async with asyncio.timeout(TIMEOUT):
        for _ in range(30):  # each dead connection fails once
            try:
                await fetch("SELECT 1")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_the_reader_retries_after_an_outage_of_the_database(database_url: str) -> None:
    reader = InboxReader()
    async with open_database(database_credentials(database_url)):
        bob = await make.member()
        await make.notification(await make.tracker(bob.organisation), bob)
    reader_task = asyncio.create_task(reader.run())
    batch_task = asyncio.create_task(next_cursors(reader, bob))
    await asyncio.sleep(0.1)  # the reader fails, because there is no pool
    try:
        async with open_database(database_credentials(database_url)):
            assert await batch_task == [1]
    finally:
        reader_task.cancel()
        await asyncio.gather(reader_task, return_exceptions=True)
