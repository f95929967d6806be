"""Positions in a tracker's history: what has been seen, and what is read after it."""

import datetime as dt

from models import TrackerEvent, TrackerEventKind
from models.database import fetch
from services.history import write_event
from services.notifications.tracker_stream import LONGEST_TRANSACTION, SeenEvents, _read_events, newest_position
from tests.support import factories as make

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


async def test_an_event_of_an_earlier_time_that_is_committed_later_is_read_once(database: str) -> None:
    tracker, other = await make.tracker(), await make.tracker()
    positions = {row_id: await newest_position(row_id) for row_id in (tracker.id, other.id)}

    async def unread() -> list[tuple[str, str | None]]:
        """Write down what is new of each of the trackers, in one statement."""
        read = await _read_events(list(positions.items()), [])
        found: list[tuple[str, str | None]] = []
        for (row_id, _), events in read.events.items():
            found += [("first" if row_id == tracker.id else "other", event.comment) for _, event in events]
            positions[row_id] = events[-1][0]  # type: ignore[assignment]
        return found

    for comment, minutes in (("a", 0), ("b", -5), ("c", -59), ("d", 1)):
        await write_event(tracker, TrackerEventKind.COMMENTED, version=1, actor_id=None, comment=comment)
        await fetch("ALTER TABLE tracker_event DISABLE TRIGGER USER")
        await TrackerEvent.filter(comment=comment).update(at=NOW + dt.timedelta(minutes=minutes))
        await fetch("ALTER TABLE tracker_event ENABLE TRIGGER USER")
        assert await unread() == [("first", comment)]
        assert await unread() == []
    await write_event(other, TrackerEventKind.COMMENTED, version=1, actor_id=None, comment="e")
    assert await unread() == [("other", "e")]
    assert await unread() == []


async def test_only_recent_events_are_remembered(database: str) -> None:
    events = await TrackerEvent.filter(tracker_id=(await make.tracker()).id)
    ids = [event.id for event in events] or [(await make.tracker()).id]
    seen = SeenEvents.of([(ids[0], NOW)])
    assert seen.since == NOW - LONGEST_TRANSACTION
    later = TrackerEvent(id=ids[0], at=NOW + LONGEST_TRANSACTION + dt.timedelta(seconds=1))
    assert seen.after(later) == SeenEvents.of([(later.id, later.at)])
