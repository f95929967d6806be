"""The number of unread notifications, which the inbox keeps."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

import pytest
from asyncpg import DivisionByZeroError
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from models import Member, NotificationKind, Tracker
from models.database import APPS, fetch, migrate, transaction
from services.kernel.errors import ValidationFailed
from services.notifications.listing import ReadSelection, mark_read
from services.notifications.notify import lock_inboxes, notify, notify_of_several
from services.notifications.subscription import unread_count
from tests.support import factories as make
from tests.support.clients.graphql import viewer
from tests.support.databases.query_plans import plan_nodes, rows_read
from tests.support.databases.sql_statements import record_statements

PREVIOUS_MIGRATION = "0011_plain_indexes"
UNREAD = "SELECT count(*) AS unread FROM notification WHERE recipient_id = $1 AND read_at IS NULL"


async def _members_and_tracker() -> tuple[list[Member], Tracker]:
    organisation = await make.organisation()
    members = [await make.member(organisation) for _ in range(3)]
    return members, await make.tracker(organisation)


async def _differences(members: list[Member]) -> list[tuple[int, int]]:
    """Return the number of unread notifications of each member, as kept and as counted, where the two differ."""
    pairs = []
    for member in members:
        (counted,) = await fetch(UNREAD, member.id)
        pairs.append((await unread_count(await viewer(member)), counted["unread"]))
    return [pair for pair in pairs if pair[0] != pair[1]]


class _Operations:
    """Random operations on the notifications of some members; ``seed`` makes them repeatable."""

    def __init__(self, members: list[Member], tracker: Tracker, seed: int) -> None:
        self.random = random.Random(seed)
        self.members, self.tracker = members, tracker

    async def run(self, count: int) -> None:
        choices: list[Callable[[], Awaitable[None]]] = [
            self.notify,
            self.notify_several,
            self.mark,
            self.mark,
            self.delete,
        ]
        for _ in range(count):
            await self.random.choice(choices)()

    async def notify(self) -> None:
        recipients = self.random.sample(self.members, 2)
        async with transaction():
            await notify(
                [member.id for member in recipients],
                NotificationKind.UPDATED,
                tracker_id=self.tracker.id,
                actor_id=None,
            )

    async def notify_several(self) -> None:
        member = self.random.choice(self.members)
        async with transaction():
            await lock_inboxes([member.id])
            await notify_of_several([(member.id, self.tracker.id)] * 3, NotificationKind.APPLIED)

    async def mark(self) -> None:
        member = self.random.choice(self.members)
        rows = await fetch("SELECT id FROM notification WHERE recipient_id = $1", member.id)
        ids = [row["id"] for row in rows if self.random.random() < 0.5]
        if self.random.random() < 0.1:
            await mark_read(await viewer(member), ReadSelection(all=True))
        else:
            self.random.shuffle(ids)
            with suppress(ValidationFailed):  # one of them has been deleted meanwhile
                await mark_read(await viewer(member), ReadSelection(ids=ids))

    async def delete(self) -> None:
        member = self.random.choice(self.members)
        oldest = "SELECT id FROM notification WHERE recipient_id = $1 ORDER BY cursor LIMIT 1 FOR UPDATE SKIP LOCKED"
        await fetch(f"DELETE FROM notification WHERE id = ({oldest})", member.id)


async def test_the_count_is_that_of_the_rows_after_random_operations(database: str) -> None:
    members, tracker = await _members_and_tracker()
    operations = _Operations(members, tracker, seed=9)
    for _ in range(20):
        await operations.run(5)
        assert await _differences(members) == []


async def test_the_count_is_that_of_the_rows_after_concurrent_operations(database: str) -> None:
    members, tracker = await _members_and_tracker()
    async with asyncio.timeout(120):
        await asyncio.gather(*(_Operations(members, tracker, seed).run(25) for seed in range(4)))
    assert await _differences(members) == []


async def test_a_mark_that_is_rolled_back_is_not_counted(database: str) -> None:
    (ada, *_), tracker = await _members_and_tracker()
    for _ in range(3):
        await make.notification(tracker, ada)

    async def mark_in_vain() -> None:
        async with transaction():
            await mark_read(await viewer(ada), ReadSelection(all=True))
            await fetch("SELECT 1 / 0")

    with pytest.raises(DivisionByZeroError):
        await mark_in_vain()
    assert await unread_count(await viewer(ada)) == 3


async def test_nothing_is_counted_when_the_number_is_read(database: str) -> None:
    (ada, *_), tracker = await _members_and_tracker()
    for _ in range(50):
        await make.notification(tracker, ada)
    reader = await viewer(ada)
    with record_statements() as statements:
        assert await unread_count(reader) == 50
    (statement,) = statements
    assert sum(map(rows_read, await plan_nodes((statement, (ada.id,))))) <= 3  # the table of inboxes has three rows


async def test_the_migration_counts_what_is_read(database: str) -> None:
    members, tracker = await _members_and_tracker()
    await _Operations(members, tracker, seed=1).run(30)
    client = cast(AsyncpgDBClient, get_connection("default"))
    await MigrationExecutor(client, APPS).migrate([MigrationTarget("models", PREVIOUS_MIGRATION)])
    await fetch("UPDATE notification SET read_at = now() WHERE cursor % 3 = 0")
    await migrate()
    assert await _differences(members) == []
