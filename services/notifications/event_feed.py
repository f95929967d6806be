"""Delivering events to all subscriptions of a process: an event is read once, and all sessions are asked at once.

The rows are authoritative; a wake-up only triggers a read. A feed also polls, so a lost wake-up delays events but loses
none. A listener is delivered its next event when it is ready for it; what a slow one has not read stays in the database.
"""

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.accounts.sessions.current_viewers import CurrentMember, SessionKey
from services.accounts.sessions.ending import SessionEnded
from services.notifications.listeners import Audience, Deliveries, Listener, Place, Position, Positioned, Read
from services.row_selection import RowSelection

POLLED_AT_ONCE = 50
"""The number of rows of which a poll reads the events in one statement; wake-ups have their turn before the next."""
DELIVERED_AT_ONCE = 100
"""The number of listeners who are delivered an event before other tasks have their turn."""
_RETRY_SECONDS = 1.0
_log = logging.getLogger("trackers.inbox")


@dataclass(eq=False)
class EventFeed(ABC):
    """Delivers events to listeners, in order and each exactly once."""

    poll_seconds: float = 5.0
    """Interval between reads for every listener, whether woken or not."""
    revalidate_seconds: float = 15.0
    """How long a listener may go without events before its session is checked again."""
    _audiences: dict[UUID, Audience] = field(default_factory=dict)
    _due: set[UUID] = field(default_factory=set)
    """The rows whose events are to be read."""
    _unpolled: list[UUID] = field(default_factory=list)
    """The rows that the present poll has yet to read."""
    _ready: dict[Listener, None] = field(default_factory=dict)
    """The listeners who are ready for an event that has been read already."""
    _changed_members: set[UUID] = field(default_factory=set)
    """The members whose sessions are to be checked."""
    _requested: asyncio.Event = field(default_factory=asyncio.Event)

    @abstractmethod
    async def _read(self, waiting: Mapping[Place, Sequence[Listener]], sessions: Sequence[SessionKey]) -> Read:
        """Read the events after these places, and then, or in the same statement, the members of these sessions.

        ``waiting`` has the listeners at each place.
        """

    def _on_deliver(self, listener: Listener, event: Any) -> None:  # noqa: B027 - not every feed has something to note
        """Note that an event is being delivered to a listener."""

    def __contains__(self, row_id: UUID) -> bool:
        """Return whether anybody listens to a row, and its events have been read for all of them."""
        audience = self._audiences.get(row_id)
        return audience is not None and not any(listener.must_read for listener in audience.listeners)

    @property
    def waiting_count(self) -> int:
        """Return the number of listeners that are waiting for events."""
        return sum(listener.is_waiting for listener in self._listeners())

    def add(self, listener: Listener) -> None:
        """Begin to deliver events to a listener, whose session has just been checked."""
        listener.checked_at = asyncio.get_running_loop().time()
        self._audiences.setdefault(listener.row_id, Audience()).listeners[listener] = None
        self._request(listener.row_id)

    def remove(self, listener: Listener) -> None:
        """Deliver nothing more to a listener."""
        listener.is_open = False
        self._ready.pop(listener, None)
        audience = self._audiences.get(listener.row_id)
        if audience is not None:
            audience.listeners.pop(listener, None)
            if not audience.listeners:
                del self._audiences[listener.row_id]

    def ready(self, listener: Listener) -> None:
        """Deliver the next event to a listener, now or when there is one."""
        if not listener.is_open:
            return
        if listener.peek() is not None:
            self._ready[listener] = None
            self._requested.set()
            return
        listener.is_waiting = True
        if listener.must_read or listener.wakes_seen != self._audiences[listener.row_id].wakes:
            self._request(listener.row_id)

    def wake(self, row_id: str) -> None:
        """Read the events of a row, if anybody listens to it."""
        with contextlib.suppress(ValueError):
            if (audience := self._audiences.get(UUID(row_id))) is not None:
                audience.wakes += 1
                self._request(UUID(row_id))

    def revalidate(self, member_id: str) -> None:
        """Check the sessions of a member's listeners."""
        with contextlib.suppress(ValueError):
            self._changed_members.add(UUID(member_id))
            self._requested.set()

    def _request(self, row_id: UUID) -> None:
        self._due.add(row_id)
        self._requested.set()

    def _listeners(self) -> Iterable[Listener]:
        return (listener for audience in self._audiences.values() for listener in audience.listeners)

    def _listeners_of(self, row_id: UUID) -> Iterable[Listener]:
        audience = self._audiences.get(row_id)
        return () if audience is None else audience.listeners

    async def run(self) -> None:
        """Deliver events until cancelled, retrying after database failures."""
        loop = asyncio.get_running_loop()
        next_poll = loop.time()
        last_logged: type[Exception] | None = None
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(next_poll):
                    await self._requested.wait()
            # Decided by the clock rather than by the timeout, so that frequent wake-ups do not postpone the poll.
            if loop.time() >= next_poll:
                next_poll = loop.time() + self.poll_seconds
                self._unpolled = self._unpolled or list(self._audiences)  # after the end of a long one
            self._requested.clear()
            requests = self._due, self._ready, self._changed_members
            self._due, self._ready, self._changed_members = set(), {}, set()
            try:
                await self._deliver_requested(*requests)
                requests = set(), {}, set()  # done, and not to be repeated if the poll fails
                await self._poll(self._unpolled[-POLLED_AT_ONCE:])
                last_logged = None
            except Exception as error:  # of any kind: without this loop, no subscription receives anything
                if type(error) is not last_logged:
                    last_logged = type(error)
                    _log.warning("notification reader failed, retrying: %s", last_logged.__name__)
                await asyncio.sleep(_RETRY_SECONDS)
                self._due |= requests[0]
                self._ready |= {listener: None for listener in requests[1] if listener.is_open}
                self._changed_members |= requests[2]
                self._requested.set()

    async def _deliver_requested(self, due: set[UUID], ready: dict[Listener, None], changed_members: set[UUID]) -> None:
        """Deliver the events of the rows that are due, and those that listeners are ready for, and check sessions."""
        changed = (one for one in self._listeners() if one.member_id in changed_members) if changed_members else ()
        await self._deliver_due(due, ready, [*changed])

    async def _poll(self, rows: Sequence[UUID]) -> None:
        """Deliver the events of the last rows that have yet to be polled, and check sessions that have long not been."""
        if rows:
            before = asyncio.get_running_loop().time() - self.revalidate_seconds
            listeners = (listener for row_id in rows for listener in self._listeners_of(row_id))
            await self._deliver_due(rows, {}, [each for each in listeners if each.checked_at <= before])
            del self._unpolled[-len(rows) :]
            if self._unpolled:
                self._requested.set()

    async def _deliver_due(
        self, due: Iterable[UUID], ready: dict[Listener, None], to_check: Iterable[Listener]
    ) -> None:
        """Read what is due, ask the sessions of those who may receive something, and deliver to each the next event."""
        rows = [row_id for row_id in due if row_id in self._audiences]
        wakes = {row_id: self._audiences[row_id].wakes for row_id in rows}
        waiting = self._waiting_places(rows)
        asked = [*ready, *to_check]
        for (row_id, _), listeners in waiting.items():
            asked += [listener for listener in listeners if listener.wakes_seen != wakes[row_id]]
        sessions = dict.fromkeys(listener.session for listener in asked)
        if not (waiting or sessions):
            return
        read = await self._read(waiting, list(sessions))
        receiving: list[Listener] = []
        for place, listeners in waiting.items():
            receiving += self._hand_out(listeners, read.events.get(place, ()), read.limit, wakes[place[0]])
        if unasked := [listener for listener in receiving if listener.session not in sessions]:
            read.members |= (await self._read({}, list(dict.fromkeys(each.session for each in unasked)))).members
            read.selection = None  # it was read before those members were
        self._end_invalid([*asked, *unasked], read.members)
        deliveries = Deliveries(read.members)
        await self._deliver(receiving, deliveries, read.selection)
        await self._deliver(ready, deliveries, None)

    def _waiting_places(self, rows: Iterable[UUID]) -> dict[Place, list[Listener]]:
        """Return the waiting listeners of these rows by their places."""
        places: dict[Place, list[Listener]] = {}
        for row_id in rows:
            by_position: dict[Position, list[Listener]] = {}
            for listener in self._listeners_of(row_id):
                if listener.is_waiting:
                    by_position.setdefault(listener.position, []).append(listener)
            places |= {(row_id, position): listeners for position, listeners in by_position.items()}
        return places

    def _hand_out(
        self, listeners: Iterable[Listener], events: Sequence[Positioned], limit: int, wakes: int
    ) -> list[Listener]:
        """Give the listeners at a place the events that were read, and return those that are to receive one."""
        receiving = []
        for listener in listeners:
            if not listener.is_open:
                continue
            listener.wakes_seen = wakes
            listener.must_read = len(events) >= limit
            if events:
                listener.hand(events)
                if listener.peek() is not None:
                    receiving.append(listener)
                else:  # all of other kinds, and there may be more
                    self.ready(listener)
        return receiving

    def _end_invalid(self, asked: Iterable[Listener], members: dict[SessionKey, CurrentMember]) -> None:
        now = asyncio.get_running_loop().time()
        for listener in asked:
            listener.checked_at = now
            if listener.session not in members:
                self._end(listener, SessionEnded("The session has ended."))

    def _end(self, listener: Listener, reason: Exception) -> None:
        if listener.is_open:
            self.remove(listener)
            listener.end(reason)

    async def _deliver(
        self, receiving: Iterable[Listener], deliveries: Deliveries, selection: RowSelection[Any] | None
    ) -> None:
        """Deliver to each listener its next event; ``selection`` says what was just read with it."""
        for count, listener in enumerate(receiving, start=1):
            if count % DELIVERED_AT_ONCE == 0:
                await asyncio.sleep(0)
            event = listener.peek()
            if not listener.is_open or event is None:
                continue
            delivery = deliveries.of(listener, event, selection)
            listener.is_waiting = False
            listener.take()
            try:
                self._on_deliver(listener, event)
                listener.deliver(delivery)
            except Exception as error:  # its subscription fails, the others do not
                self._end(listener, error)
