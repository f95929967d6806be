"""Subscriptions to a tracker: each event of its history, as it happens.

A wake-up identifies the tracker, and the events are read from its history. Events that have been sent are recognised by
their ids rather than their times: if two transactions commit concurrently, the event that becomes visible later may
have the earlier time.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from models import Tracker, TrackerEvent
from models.database import fetch
from models.rows import columns, rows
from services.accounts.sessions import refresh_viewer
from services.rows import rows_by_id
from services.viewer import Viewer


@dataclass(eq=False)
class TrackerStreams:
    """The open tracker subscriptions of this process, by the ids of the trackers and members that wake them."""

    poll_seconds: float = 15.0
    """How long a subscription waits for a wake-up before it polls."""
    _events: dict[UUID, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))

    def __contains__(self, row_id: UUID) -> bool:
        """Return whether an open subscription is woken by this tracker or member."""
        return row_id in self._events

    def wake(self, row_id: str) -> None:
        """Wake the subscriptions to a tracker with a new event, or those of a member whose sessions have ended."""
        with contextlib.suppress(ValueError):
            for event in self._events.get(UUID(row_id), ()):
                event.set()

    @contextlib.contextmanager
    def subscribe(self, *row_ids: UUID) -> Iterator[asyncio.Event]:
        """Register a subscription within the context; yield an event that is set at each wake-up for these ids."""
        event = asyncio.Event()
        for row_id in row_ids:
            self._events[row_id].add(event)
        try:
            yield event
        finally:
            for row_id in row_ids:
                self._events[row_id].discard(event)
                if not self._events[row_id]:
                    del self._events[row_id]


@dataclass(frozen=True, slots=True)
class DeliveredEvent:
    """An event of a tracker's history, and the subscriber with the roles that they have on delivery."""

    event: TrackerEvent
    viewer: Viewer


async def event_ids(tracker_id: UUID) -> set[UUID]:
    """Return the ids of the events in a tracker's history."""
    return {record["id"] for record in await fetch("SELECT id FROM tracker_event WHERE tracker_id = $1", tracker_id)}


async def stream_events(
    streams: TrackerStreams, viewer: Viewer, tracker_id: UUID, known_ids: set[UUID]
) -> AsyncIterator[DeliveredEvent]:
    """Yield a tracker's new events as they occur, until the viewer can no longer see the tracker.

    Events whose ids are in ``known_ids`` are skipped; the id of each yielded event is added. The session is checked
    before each event; raises SessionEnded when it has ended.
    """
    with streams.subscribe(tracker_id, viewer.member_id) as wake_up:
        while True:
            for event in await _new_events(tracker_id, known_ids):
                known_ids.add(event.id)
                current_viewer = await refresh_viewer(viewer)
                if (await rows_by_id(current_viewer, Tracker, [tracker_id]))[0] is None:
                    return
                yield DeliveredEvent(event, current_viewer)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(streams.poll_seconds):
                    await wake_up.wait()
            wake_up.clear()
            await refresh_viewer(viewer)


async def _new_events(tracker_id: UUID, known_ids: set[UUID]) -> list[TrackerEvent]:
    records = await fetch(
        f"SELECT {columns(TrackerEvent, 'e')} FROM tracker_event e "
        "WHERE e.tracker_id = $1 AND e.id <> ALL($2) ORDER BY e.version, e.at, e.id",
        tracker_id,
        list(known_ids),
    )
    return rows(TrackerEvent, "e", records)
