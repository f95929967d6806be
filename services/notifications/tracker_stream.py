"""Delivering the events of a tracker's history, as they happen, to the subscriptions of a process.

A wake-up identifies the tracker, and the events are read from its history. Events that have been read are recognised by
their ids rather than their times: if two transactions commit concurrently, the event that becomes visible later may
have the earlier time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from models import TrackerEvent
from models.database import fetch
from models.rows import columns, rows
from services.accounts.current_viewers import SessionKey, find_valid
from services.notifications.event_feed import EventFeed
from services.notifications.listeners import Listener, Numbered, Place, Read


@dataclass(eq=False, slots=True)
class _Log:
    """The events of a tracker since somebody listens to it, as far as somebody has not been delivered them yet."""

    known_ids: set[UUID]
    events: list[Numbered] = field(default_factory=list)
    end: int = 0
    """The position of the newest event; the first has the position 1."""

    def add(self, event: TrackerEvent) -> None:
        self.known_ids.add(event.id)
        self.end += 1
        self.events.append((self.end, event))


@dataclass(eq=False)
class TrackerStreams(EventFeed):
    """Delivers the events of trackers, each once. The row is the tracker, a position counts what was read of it."""

    poll_seconds: float = 15.0
    revalidate_seconds: float = 0.0
    _logs: dict[UUID, _Log] = field(default_factory=dict)

    def remove(self, listener: Listener) -> None:
        """Deliver nothing more to a listener, and forget what nobody else is still to be delivered."""
        super().remove(listener)
        if listener.row_id not in self._audiences:
            self._logs.pop(listener.row_id, None)

    async def _read(self, waiting: Mapping[Place, Sequence[Listener]], sessions: Sequence[SessionKey]) -> Read:
        for tracker_id in {tracker_id for tracker_id, _ in waiting}:
            await self._read_events(tracker_id)
        events: dict[Place, Sequence[Numbered]] = {}
        for tracker_id, position in waiting:
            if position is not None and (log := self._logs.get(tracker_id)) is not None:
                events[tracker_id, position] = [event for event in log.events if event[0] > position]
        return Read(events, dict(await find_valid(sessions)) if sessions else {})

    async def _read_events(self, tracker_id: UUID) -> None:
        log = self._logs.get(tracker_id)
        if log is None:
            ids = await fetch("SELECT id FROM tracker_event WHERE tracker_id = $1", tracker_id)
            if tracker_id in self._audiences:
                self._logs[tracker_id] = _Log({record["id"] for record in ids})
            return
        records = await fetch(
            f"SELECT {columns(TrackerEvent, 'e')} FROM tracker_event e "
            "WHERE e.tracker_id = $1 AND e.id <> ALL($2) ORDER BY e.version, e.at, e.id",
            tracker_id,
            list(log.known_ids),
        )
        if self._logs.get(tracker_id) is not log:  # the last listener has left meanwhile
            return
        for event in rows(TrackerEvent, "e", records):
            log.add(event)
        positions = [listener.position for listener in self._audiences[tracker_id].listeners]
        oldest = min((position for position in positions if position is not None), default=log.end)
        log.events = [event for event in log.events if event[0] > oldest]

    def _first_position(self, row_id: UUID) -> int:
        return self._logs[row_id].end
