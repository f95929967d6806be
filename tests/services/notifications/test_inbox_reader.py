"""The one reader of a process: it outlives every failure, and whatever is lost on the way, the rows are found."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from models import Member, Notification
from models.database import database as opened
from models.database import fetch
from server.setting_values import database_credentials
from services.notifications import inbox_reader
from services.notifications.inbox_reader import InboxReader
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.clients.subscriptions import PATIENCE, reader_of, until
from tests.support.databases.sql_statements import recorded
from tests.support.scenarios.college import College, college, created

LISTENING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"
OTHERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def told(house: College, member: Member) -> None:
    await created(house.ada, house.job(assigneeId=gid(member)))


async def batch(reader: InboxReader, member: Member, after: int = 0) -> list[int]:
    found: Sequence[Notification] = await reader.next_batch(member.id, after, patience=PATIENCE)
    return [notification.cursor for notification in found]


async def listening(connection: asyncpg.Connection) -> set[int]:
    """The backends that listen, once there are any."""
    async with asyncio.timeout(PATIENCE):
        while not (found := {row["pid"] for row in await connection.fetch(LISTENING)}):
            await asyncio.sleep(0.02)
    return found


async def test_a_batch_is_what_lies_after_the_cursor_and_no_more_than_a_hundred(database: str) -> None:
    house = await college()
    tracker = await make.tracker(house.organisation)
    for _ in range(101):
        await make.notification(tracker, house.bob)
    async with reader_of(database) as reader:
        assert await batch(reader, house.bob) == list(range(1, 101))
        assert await batch(reader, house.bob, 100) == [101]
        assert await batch(reader, house.bob, 98) == [99, 100, 101]
        assert await reader.next_batch(house.bob.id, 101, patience=0.05) == []
        assert await reader.next_batch(house.ada.id, 0, patience=0.05) == []
        assert reader.waiting == 0


async def test_a_notification_wakes_its_recipient(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_reader, "POLL_SECONDS", 3600.0)
    house = await college()
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with reader_of(database) as reader:
            await listening(connection)
            heard = asyncio.create_task(batch(reader, house.bob))
            await until(lambda: reader.waiting == 1)
            assert not reader.told.is_set()
            await connection.execute("NOTIFY trackers, 'rubbish'")
            await told(house, house.bob)
            assert await heard == [1]
            assert reader.told.is_set()
    finally:
        await connection.close()


async def test_many_who_wait_are_answered_by_few_statements(database: str) -> None:
    house = await college()
    members = [await make.member(house.organisation) for _ in range(20)]
    tracker = await make.tracker(house.organisation)
    for member in members:
        await make.notification(tracker, member)
    async with reader_of(database) as reader:
        with recorded() as statements:
            found = await asyncio.gather(*(batch(reader, member) for member in members for _ in range(5)))
    assert found == [[1]] * 100
    assert len([one for one in statements if "unnest($1::uuid[], $2::bigint[])" in one]) == 1


async def test_without_wake_ups_it_looks_by_itself(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_reader, "POLL_SECONDS", 0.1)
    house = await college()
    reader = InboxReader()
    running = asyncio.create_task(reader.run())
    try:
        heard = asyncio.create_task(batch(reader, house.bob))
        await until(lambda: reader.waiting == 1)
        await told(house, house.bob)
        assert await heard == [1]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_lost_listening_connection_loses_nothing_and_is_replaced(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_reader, "POLL_SECONDS", 0.2)
    house = await college()
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with reader_of(database) as reader:
            (first,) = await listening(connection)
            heard = asyncio.create_task(batch(reader, house.bob))
            await until(lambda: reader.waiting == 1)
            assert await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", first)
            await told(house, house.bob)
            assert await heard == [1]
            (second,) = await listening(connection)
            assert second != first
            heard = asyncio.create_task(batch(reader, house.bob, 1))
            await told(house, house.bob)
            assert await heard == [2]
    finally:
        await connection.close()


async def test_the_loss_of_every_connection_is_survived(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_reader, "POLL_SECONDS", 0.2)
    house = await college()
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with reader_of(database) as reader:
            await listening(connection)
            for after in range(3):
                heard = asyncio.create_task(batch(reader, house.bob, after))
                await until(lambda: reader.waiting == 1)
                for row in await connection.fetch(OTHERS):
                    await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", row["pid"])
                await _until_the_pool_answers()
                await told(house, house.bob)
                assert await heard == [after + 1]
    finally:
        await connection.close()


async def _until_the_pool_answers() -> None:
    async with asyncio.timeout(PATIENCE):
        for _ in range(30):  # each dead connection fails once
            try:
                await fetch("SELECT 1")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                await asyncio.sleep(0.01)


async def test_a_database_that_comes_back_is_asked_again(database_url: str) -> None:
    reader = InboxReader()
    async with opened(database_credentials(database_url)):
        bob = await make.member()
        await make.notification(await make.tracker(bob.organisation), bob)
    running = asyncio.create_task(reader.run())
    heard = asyncio.create_task(batch(reader, bob))
    await asyncio.sleep(0.1)  # the reader asks, and there is nothing to ask
    try:
        async with opened(database_credentials(database_url)):
            assert await heard == [1]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
