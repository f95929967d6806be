"""Delivering the events of a tracker's history, as they happen, to the subscriptions of a process.

A wake-up identifies the tracker, and the events are read from its history. Events that have been read are recognised by
their ids rather than their times: if two transactions commit concurrently, the event that becomes visible later may
have the earlier time. It cannot be earlier by more than its transaction has taken, so only the ids of the events of a
tracker's last hour are remembered.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, cast
from uuid import UUID

from models import TrackerEvent
from models.database import fetch
from models.rows import columns, rows
from services.accounts.sessions.current_viewers import SessionKey, fetch_with_valid
from services.kernel.sql import StatementBuilder
from services.notifications.event_feed import EventFeed
from services.notifications.listeners import Listener, Place, Positioned, Read

BATCH_SIZE = 100
LONGEST_TRANSACTION = dt.timedelta(hours=1)
"""The time within which a transaction commits that writes history.

That of a request ends after TRACKERS_OPERATION_SECONDS. Nothing limits an import, which takes minutes, or a worker that
waits for a lock: if one took longer than this, subscriptions would not receive its events, which stay in the history.
"""

_SELECT_NEWEST = """
SELECT id, at FROM tracker_event
WHERE tracker_id = $1 AND at >= (SELECT max(at) FROM tracker_event WHERE tracker_id = $1) - $2::interval
"""


@dataclass(frozen=True, slots=True)
class SeenEvents:
    """A position in a tracker's history: all events before ``since`` have been seen, and those with these ids."""

    since: dt.datetime
    times: frozenset[tuple[UUID, dt.datetime]]
    """The ids and times of the events seen that are not older than ``since``."""

    @classmethod
    def of(cls, events: Iterable[tuple[UUID, dt.datetime]]) -> Self:
        """Return the position of those who have seen these events and all that are much older."""
        times = dict(events)
        if not times:
            return cls(dt.datetime.min.replace(tzinfo=dt.UTC), frozenset())
        since = max(times.values()) - LONGEST_TRANSACTION
        return cls(since, frozenset((event_id, at) for event_id, at in times.items() if at >= since))

    def after(self, event: TrackerEvent) -> Self:
        """Return the position of those who have seen one event more."""
        return self.of([*self.times, (event.id, event.at)])


async def newest_position(tracker_id: UUID) -> SeenEvents:
    """Return the position of those who receive only the events that come from now on."""
    records = await fetch(_SELECT_NEWEST, tracker_id, LONGEST_TRANSACTION)
    return SeenEvents.of((record["id"], record["at"]) for record in records)


@dataclass(eq=False)
class TrackerStreams(EventFeed):
    """Delivers the events of trackers, each once. The row is the tracker, and positions are ``SeenEvents``."""

    poll_seconds: float = 15.0
    revalidate_seconds: float = 0.0

    async def _read(self, waiting: Mapping[Place, Sequence[Listener]], sessions: Sequence[SessionKey]) -> Read:
        return await _read_events([*waiting], sessions)


async def _read_events(places: Sequence[Place], sessions: Sequence[SessionKey]) -> Read:
    """Read the events that have not been seen at each place, and the members of the sessions, in one statement."""
    seen = [cast(SeenEvents, position) for _, position in places]
    known = [(number, event_id) for number, position in enumerate(seen, 1) for event_id, _ in position.times]
    statement = StatementBuilder()
    trackers = statement.bind_array([tracker_id for tracker_id, _ in places], "uuid")
    starts = statement.bind_array([position.since for position in seen], "timestamptz")
    known_numbers = statement.bind_array([number for number, _ in known], "bigint")
    known_ids = statement.bind_array([event_id for _, event_id in known], "uuid")
    select = f"""
    SELECT request.number, e.* FROM unnest({trackers}, {starts}) WITH ORDINALITY AS request (tracker_id, since, number)
    CROSS JOIN LATERAL (
        SELECT {columns(TrackerEvent, "e")} FROM tracker_event e
        WHERE e.tracker_id = request.tracker_id AND e.at >= request.since
            AND (request.number, e.id) NOT IN (SELECT * FROM unnest({known_numbers}, {known_ids}))
        ORDER BY e.version, e.at, e.id LIMIT {BATCH_SIZE}
    ) e
    """
    order_by = 'event.number, event."e.version", event."e.at", event."e.id"'
    found, valid = await fetch_with_valid(select, order_by, statement, sessions)
    events: dict[Place, list[Positioned]] = {}
    for record, event in zip(found, rows(TrackerEvent, "e", found), strict=True):
        number = record["number"] - 1
        of_place = events.setdefault(places[number], [])
        before = cast(SeenEvents, of_place[-1][0]) if of_place else seen[number]
        of_place.append((before.after(event), event))
    return Read(dict(events), BATCH_SIZE, valid)
