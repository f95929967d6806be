"""Subscriptions to a tracker: each event of its history, as it happens.

A wake-up names the tracker; the events are read from its history. Those already sent are known by their ids and not by
their times, because of two events that commit at once the later one may have the earlier time.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from models import Tracker, TrackerEvent
from models.database import fetch
from models.rows import columns, row
from services.accounts.sessions import refresh_viewer
from services.rows import rows_by_id
from services.viewer import Viewer


@dataclass(eq=False)
class TrackerStreams:
    """The open subscriptions to trackers in this process, by the ids of the rows that wake them."""

    poll_seconds: float = 15.0
    """How long a subscription waits for a wake-up before it looks by itself."""
    _events: dict[UUID, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))

    def __contains__(self, row_id: UUID) -> bool:
        """Return whether a subscription is open that this row wakes."""
        return row_id in self._events

    def wake(self, row_id: str) -> None:
        """Wake the subscriptions to a tracker that has a new event, or those of a member whose sessions have ended."""
        with contextlib.suppress(ValueError):
            for event in self._events.get(UUID(row_id), ()):
                event.set()

    @contextlib.contextmanager
    def subscribe(self, *row_ids: UUID) -> Iterator[asyncio.Event]:
        """Yield an event that is set at each wake-up of any of these rows, during the block."""
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
    """An event of a tracker's history, and the subscriber with the rights that they have at that moment."""

    event: TrackerEvent
    viewer: Viewer


async def event_ids(tracker_id: UUID) -> set[UUID]:
    """Return the ids of a tracker's present events."""
    return {record["id"] for record in await fetch("SELECT id FROM tracker_event WHERE tracker_id = $1", tracker_id)}


async def stream_events(
    streams: TrackerStreams, viewer: Viewer, tracker_id: UUID, known: set[UUID]
) -> AsyncIterator[DeliveredEvent]:
    """Yield a tracker's events that are not ``known``, as they happen; end when the viewer no longer sees the tracker.

    The session is checked before each of them; raises SessionEnded once it has ended.
    """
    with streams.subscribe(tracker_id, viewer.member_id) as woken:
        while True:
            for event in await _new_events(tracker_id, known):
                known.add(event.id)
                refreshed = await refresh_viewer(viewer)
                if (await rows_by_id(refreshed, Tracker, [tracker_id]))[0] is None:
                    return
                yield DeliveredEvent(event, refreshed)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(streams.poll_seconds):
                    await woken.wait()
            woken.clear()
            await refresh_viewer(viewer)


async def _new_events(tracker_id: UUID, known: set[UUID]) -> list[TrackerEvent]:
    records = await fetch(
        f"SELECT {columns(TrackerEvent, 'e')} FROM tracker_event e "
        "WHERE e.tracker_id = $1 AND e.id <> ALL($2) ORDER BY e.version, e.at, e.id",
        tracker_id,
        list(known),
    )
    return [event for event in (row(TrackerEvent, "e", record) for record in records) if event is not None]
