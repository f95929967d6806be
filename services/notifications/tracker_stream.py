"""Open pages: whoever looks at a tracker hears of each event of its history, as it happens.

A wake-up names the tracker; what there is to hear is read from its history. Events are told apart by their ids and not
by their times, because of two that commit at once the later one may bear the earlier time.
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
from services.accounts.sessions import still
from services.rows import rows_by_id
from services.viewer import Viewer

PATIENCE_SECONDS = 15.0
"""For so long a page goes on without a wake-up before it looks by itself."""


@dataclass(eq=False)
class OpenPages:
    """The trackers that somebody looks at in this process, and who does."""

    _pages: dict[UUID, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))

    def wake(self, row_id: str) -> None:
        """Say that a tracker has a new event, or that sessions of a member have ended."""
        with contextlib.suppress(ValueError):
            for page in self._pages.get(UUID(row_id), ()):
                page.set()

    @contextlib.contextmanager
    def opened(self, *row_ids: UUID) -> Iterator[asyncio.Event]:
        """What is set at each wake-up of any of these rows, while the page is open."""
        page = asyncio.Event()
        for row_id in row_ids:
            self._pages[row_id].add(page)
        try:
            yield page
        finally:
            for row_id in row_ids:
                self._pages[row_id].discard(page)
                if not self._pages[row_id]:
                    del self._pages[row_id]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a tracker's history, and its hearer as the database has them at that moment."""

    event: TrackerEvent
    viewer: Viewer


async def events_so_far(tracker_id: UUID) -> set[UUID]:
    """The ids of a tracker's events until now."""
    return {record["id"] for record in await fetch("SELECT id FROM tracker_event WHERE tracker_id = $1", tracker_id)}


async def hear(pages: OpenPages, viewer: Viewer, tracker_id: UUID, known: set[UUID]) -> AsyncIterator[Happened]:
    """A tracker's events that are not ``known``, as they happen; ends when the viewer no longer sees the tracker.

    The session is asked for again before each of them; raises SessionEnded once it is over.
    """
    with pages.opened(tracker_id, viewer.member_id) as woken:
        while True:
            for event in await _news(tracker_id, known):
                known.add(event.id)
                now = await still(viewer)
                if (await rows_by_id(now, Tracker, [tracker_id]))[0] is None:
                    return
                yield Happened(event, now)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await woken.wait()
            woken.clear()
            await still(viewer)


async def _news(tracker_id: UUID, known: set[UUID]) -> list[TrackerEvent]:
    records = await fetch(
        f"SELECT {columns(TrackerEvent, 'e')} FROM tracker_event e "
        "WHERE e.tracker_id = $1 AND e.id <> ALL($2) ORDER BY e.version, e.at, e.id",
        tracker_id,
        list(known),
    )
    return [event for event in (row(TrackerEvent, "e", record) for record in records) if event is not None]
