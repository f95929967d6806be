"""The loop of a feed, with events and failures that are at hand: what a poll reads, and what is repeated after a failure."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from models.base import new_id
from services.accounts.sessions.current_viewers import CurrentMember, SessionKey
from services.notifications.event_feed import POLLED_AT_ONCE, EventFeed
from services.notifications.listeners import Delivery, Listener, Place, Positioned, Read
from tests.support.clients.subscriptions import run_feed, wait_until

SESSION: SessionKey = ("a session", datetime(2026, 6, 1, tzinfo=UTC))
SOMEBODY: Any = object()


@dataclass(frozen=True)
class Event:
    id: int


@dataclass(eq=False)
class Numbers(EventFeed):
    """Delivers 1, 2 and 3 for each row. The reads with the numbers in ``failing``, counted from 1, fail."""

    failing: frozenset[int] = frozenset()
    reads: list[list[UUID]] = field(default_factory=list)

    async def _read(self, waiting: Mapping[Place, Sequence[Listener]], sessions: Sequence[SessionKey]) -> Read:
        await asyncio.sleep(0)
        self.reads.append([row_id for row_id, _ in waiting])
        if len(self.reads) in self.failing:
            raise ConnectionError
        members = dict.fromkeys(sessions, CurrentMember(SOMEBODY, SOMEBODY))
        events: dict[Place, Sequence[Positioned]] = {
            place: [(n, Event(n)) for n in (1, 2, 3) if n > cast(int, place[1])] for place in waiting
        }
        return Read(events, limit=3, members=members)


async def test_a_poll_that_fails_delivers_nothing_before_a_listener_is_ready() -> None:
    feed = Numbers(poll_seconds=0.0, revalidate_seconds=0.0, failing=frozenset({5}))
    delivered: list[int] = []

    def deliver(delivery: Delivery) -> None:
        delivered.append(delivery.event.id)
        if delivered == [1]:
            feed.ready(listener)

    listener = Listener(new_id(), new_id(), SESSION, deliver, lambda _: None, position=0)
    feed.add(listener)
    async with run_feed(feed):
        # The first event and its session, a poll, the second event, a poll that fails, and polls again.
        await wait_until(lambda: len(feed.reads) >= 7)
    assert delivered == [1, 2]
    assert listener.is_open


async def test_a_poll_that_takes_longer_than_its_interval_reaches_every_row() -> None:
    feed = Numbers(poll_seconds=0.0, revalidate_seconds=3600.0)
    listeners = [
        Listener(new_id(), new_id(), SESSION, lambda _: None, lambda _: None, position=3)
        for _ in range(3 * POLLED_AT_ONCE)
    ]
    for listener in listeners:
        feed.add(listener)
    feed._due.clear()
    async with run_feed(feed):
        await wait_until(lambda: len(feed.reads) >= 3)
    assert {row_id for read in feed.reads[:3] for row_id in read} == {listener.row_id for listener in listeners}
