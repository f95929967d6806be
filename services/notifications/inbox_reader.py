"""The one reader of a process: it wakes on NOTIFY and reads what lies after each listener's cursor, in one query.

The notification rows are the truth. A wake-up only says when to look, so one that is lost costs time and nothing
else: every few seconds the reader looks anyway. Listeners ask for their next batch when they are done with the
one before; what a slow listener has not asked for stays in the database.
"""

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg

from models import Notification
from models.database import fetch
from models.rows import columns, row
from services.kernel.channels import INBOX, SESSIONS, TRACKER_CHANGES
from services.notifications.tracker_stream import OpenPages

log = logging.getLogger("trackers.inbox")

POLL_SECONDS = 5.0
BATCH = 100


@cache
def _read() -> str:
    return f"""
    SELECT asked.place, n.* FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS asked (member_id, after, place)
    CROSS JOIN LATERAL (
        SELECT {columns(Notification, "n")} FROM notification n
        WHERE n.recipient_id = asked.member_id AND n.cursor > asked.after ORDER BY n.cursor LIMIT {BATCH}
    ) n ORDER BY asked.place, n."n.cursor"
    """


@dataclass(eq=False, slots=True)
class _Asked:
    """A listener that waits for what comes after its cursor."""

    member_id: UUID
    after: int
    answer: asyncio.Future[list[Notification]]
    looked: bool = False


@dataclass(eq=False)
class InboxReader:
    """Gives listeners their notifications, in the order of their cursors, none lost and none twice."""

    _asked: set[_Asked] = field(default_factory=set)
    _woken: set[UUID] = field(default_factory=set)
    _look: asyncio.Event = field(default_factory=asyncio.Event)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever somebody was told something: mail may be owed."""
    delivered: Callable[[dt.timedelta], None] = lambda _: None
    """Told of each notification that reaches a subscription which waited for it, how long after it was written."""
    recalls: int = 0
    """Grows whenever sessions have ended: whoever was not waiting at that moment sees by it that they must ask."""

    @property
    def waiting(self) -> int:
        """How many listeners wait for something new."""
        return len(self._asked)

    async def next_batch(self, member_id: UUID, after: int, *, patience: float) -> Sequence[Notification]:
        """A member's notifications after a cursor, as soon as there are any; none after ``patience`` seconds."""
        asked = _Asked(member_id, after, asyncio.get_running_loop().create_future())
        self._asked.add(asked)
        self._look.set()
        try:
            async with asyncio.timeout(patience):
                return await asked.answer
        except TimeoutError:
            return []
        finally:
            self._asked.discard(asked)

    def wake(self, member_id: str) -> None:
        """Say that a member may have something new."""
        with contextlib.suppress(ValueError):
            self._woken.add(UUID(member_id))
            self._look.set()
        self.told.set()

    def recall(self, member_id: str) -> None:
        """Give a member's waiting listeners nothing, at once, so that they ask whether their session holds."""
        self.recalls += 1
        for asked in self._asked:
            if str(asked.member_id) == member_id and not asked.answer.done():
                asked.answer.set_result([])

    async def run(self) -> None:
        """Read until cancelled; a database that does not answer is asked again."""
        loop = asyncio.get_running_loop()
        all_due = loop.time()
        told: type[Exception] | None = None
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(all_due):
                    await self._look.wait()
            # By the clock, not by how long nobody called: wake-ups in plenty must not put off the look at everyone.
            everyone = loop.time() >= all_due
            if everyone:
                all_due = loop.time() + POLL_SECONDS
            self._look.clear()
            woken, self._woken = self._woken, set()
            due = [a for a in self._asked if everyone or not a.looked or a.member_id in woken]
            try:
                await self._read(due)
                told = None
            except Exception as error:  # whatever it is: without this reader nobody hears of anything
                if type(error) is not told:
                    told = type(error)
                    log.warning("The inbox could not be read: %s", told.__name__)
                await asyncio.sleep(1)
                self._woken |= woken
                self._look.set()

    async def _read(self, due: Sequence[_Asked]) -> None:
        if not due:
            return
        found: dict[int, list[Notification]] = {}
        for record in await fetch(_read(), [asked.member_id for asked in due], [asked.after for asked in due]):
            notification = row(Notification, "n", record)
            assert notification is not None
            found.setdefault(record["place"], []).append(notification)
        for place, asked in enumerate(due, start=1):
            asked.looked = True
            if place in found and not asked.answer.done():
                asked.answer.set_result(found[place])


@asynccontextmanager
async def reading(
    reader: InboxReader,
    credentials: Mapping[str, Any],
    pages: OpenPages | None = None,
    recall: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[None]:
    """The reader at work, it and open pages woken by PostgreSQL, while the block runs.

    ``recall`` is told the id of each member whose sessions have ended, as they are.
    """
    pages = pages or OpenPages()
    wakes = [(INBOX, reader.wake), (TRACKER_CHANGES, pages.wake)]
    wakes += [(SESSIONS, hears) for hears in (reader.recall, pages.wake, recall)]
    tasks = [asyncio.create_task(reader.run()), asyncio.create_task(_listen(wakes, credentials))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(wakes: Sequence[tuple[str, Callable[[str], None]]], credentials: Mapping[str, Any]) -> None:
    """Keep a connection that listens; after each loss a new one. What is missed meanwhile the poll finds."""
    told: type[Exception] | None = None
    while True:
        lost = asyncio.Event()
        try:
            connection = await asyncpg.connect(**credentials)
            told = None
            try:
                connection.add_termination_listener(lambda _, lost=lost: lost.set())
                for channel, wake in wakes:
                    await connection.add_listener(channel, lambda *heard, wake=wake: wake(str(heard[3])))
                await lost.wait()
            finally:
                await connection.close(timeout=1)
        except Exception as error:
            if type(error) is not told:
                told = type(error)
                log.warning("The listening connection was lost: %s", told.__name__)
        await asyncio.sleep(1)
