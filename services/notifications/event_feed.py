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

from services.accounts.current_viewers import CurrentMember, SessionKey
from services.accounts.sessions import SessionEnded
from services.notifications.listeners import Audience, Deliveries, Listener, Numbered, Place, Read
from services.row_selection import RowSelection

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
    _ready: dict[Listener, None] = field(default_factory=dict)
    """The listeners who are ready for an event that has been read already."""
    _recalled: set[UUID] = field(default_factory=set)
    """The members whose sessions are to be checked."""
    _requested: asyncio.Event = field(default_factory=asyncio.Event)

    @abstractmethod
    async def _read(self, waiting: Mapping[Place, Sequence[Listener]], sessions: Sequence[SessionKey]) -> Read:
        """Read the events after these places, and then, or in the same statement, the members of these sessions.

        ``waiting`` has the listeners at each place.
        """

    def _may_have_more(self, events: Sequence[Numbered]) -> bool:
        """Return whether there may be more events than one read has found."""
        return False

    def _first_position(self, row_id: UUID) -> int:
        """Return the position of a listener who only hears of what comes, once the events have been read."""
        raise NotImplementedError

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
            self._recalled.add(UUID(member_id))
            self._requested.set()

    def _request(self, row_id: UUID) -> None:
        self._due.add(row_id)
        self._requested.set()

    def _listeners(self) -> Iterable[Listener]:
        return (listener for audience in self._audiences.values() for listener in audience.listeners)

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
            is_poll = loop.time() >= next_poll
            if is_poll:
                next_poll = loop.time() + self.poll_seconds
            self._requested.clear()
            requests = self._due, self._ready, self._recalled
            self._due, self._ready, self._recalled = set(), {}, set()
            try:
                await self._deliver_due(*requests, is_poll=is_poll)
                last_logged = None
            except Exception as error:  # of any kind: without this loop, no subscription receives anything
                if type(error) is not last_logged:
                    last_logged = type(error)
                    _log.warning("notification reader failed, retrying: %s", last_logged.__name__)
                await asyncio.sleep(_RETRY_SECONDS)
                self._due |= self._audiences.keys() if is_poll else requests[0]
                self._ready |= {listener: None for listener in requests[1] if listener.is_open}
                self._recalled |= requests[2]
                self._requested.set()

    async def _deliver_due(
        self, due: set[UUID], ready: dict[Listener, None], recalled: set[UUID], *, is_poll: bool
    ) -> None:
        """Read what is due, ask the sessions of those who may receive something, and deliver to each the next event."""
        rows = list(self._audiences) if is_poll else [row_id for row_id in due if row_id in self._audiences]
        wakes = {row_id: self._audiences[row_id].wakes for row_id in rows}
        waiting = self._waiting_places(rows)
        asked = [*ready, *self._to_revalidate(recalled, is_poll=is_poll)]
        for (row_id, _), listeners in waiting.items():
            asked += [listener for listener in listeners if listener.wakes_seen != wakes[row_id]]
        sessions = dict.fromkeys(listener.session for listener in asked)
        if not (waiting or sessions):
            return
        read = await self._read(waiting, list(sessions))
        receiving: list[Listener] = []
        for place, listeners in waiting.items():
            receiving += self._hand_out(place, listeners, read.events.get(place, ()), wakes[place[0]])
        if unasked := [listener for listener in receiving if listener.session not in sessions]:
            read.members |= (await self._read({}, list(dict.fromkeys(each.session for each in unasked)))).members
            read.selection = None  # it was read before those members were
        self._end_invalid([*asked, *unasked], read.members)
        deliveries = Deliveries(read.members)
        self._deliver(receiving, deliveries, read.selection)
        self._deliver(ready, deliveries, None)

    def _waiting_places(self, rows: Iterable[UUID]) -> dict[Place, list[Listener]]:
        """Return the waiting listeners of these rows by their places."""
        places: dict[Place, list[Listener]] = {}
        for row_id in rows:
            by_position: dict[int | None, list[Listener]] = {}
            for listener in self._audiences[row_id].listeners:
                if listener.is_waiting:
                    by_position.setdefault(listener.position, []).append(listener)
            places |= {(row_id, position): listeners for position, listeners in by_position.items()}
        return places

    def _to_revalidate(self, recalled: set[UUID], *, is_poll: bool) -> list[Listener]:
        """Return the listeners whose sessions are to be asked, whether or not there are events for them."""
        if not (recalled or is_poll):
            return []
        before = asyncio.get_running_loop().time() - self.revalidate_seconds
        return [
            listener
            for listener in self._listeners()
            if (is_poll and listener.checked_at <= before) or listener.member_id in recalled
        ]

    def _hand_out(
        self, place: Place, listeners: Iterable[Listener], events: Sequence[Numbered], wakes: int
    ) -> list[Listener]:
        """Give the listeners at a place the events that were read, and return those who hear of one."""
        row_id, position = place
        may_have_more = self._may_have_more(events)
        receiving = []
        for listener in listeners:
            if not listener.is_open:
                continue
            listener.wakes_seen = wakes
            listener.must_read = may_have_more
            if position is None:
                listener.position = self._first_position(row_id)
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

    def _deliver(
        self, receiving: Iterable[Listener], deliveries: Deliveries, selection: RowSelection[Any] | None
    ) -> None:
        """Deliver to each listener its next event; ``selection`` says what was just read with it."""
        for listener in receiving:
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
