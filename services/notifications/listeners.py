"""The listeners of subscriptions, what is read for them, and what is delivered to them."""

import datetime as dt
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from services.accounts.sessions.current_viewers import CurrentMember, SessionKey
from services.row_selection import RowSelection
from services.viewer import Viewer

Position: TypeAlias = Hashable
"""Where a listener is in the events of a row: what their feed reads on from. Listeners at equal positions share a read."""

Positioned: TypeAlias = tuple[Position, Any]
"""An event, after the position of those who have taken it."""

Place: TypeAlias = tuple[UUID, Position]
"""A row and a position in its events, from which all listeners there continue together."""


@dataclass(eq=False, slots=True)
class Read:
    """What one read found: the events after each place, and the members of the sessions that are still valid."""

    events: dict[Place, Sequence[Positioned]] = field(default_factory=dict)
    limit: int = 0
    """The number of events after a place that it would have found at most: there may be more."""
    members: dict[SessionKey, CurrentMember] = field(default_factory=dict)
    selection: RowSelection[Any] | None = None
    """What of the rows that the events refer to was read with them, as far as ``members`` may see it; None: nothing."""


@dataclass(eq=False, slots=True)
class Delivery:
    """An event for all listeners of one member, who has the roles that were read after the event.

    The viewer has no session, unless the delivery is only for one session.
    """

    event: Any
    viewer: Viewer
    selection: RowSelection[Any] | None
    """What of the rows that the event refers to has just been read with it, with the rights of the viewer."""
    shared: dict[Hashable, Any] = field(default_factory=dict)
    """What the listeners have made of the event, by what they made it with, so that each is made once."""


@dataclass(eq=False, slots=True)
class Listener:
    """A subscription of a member to the events of a row: of the member's own inbox, or of a tracker.

    ``deliver`` is called with one event; the next follows once ``EventFeed.ready`` has been called. ``end`` is called
    with the reason if the session has ended. Neither may block or raise an exception.
    """

    row_id: UUID
    member_id: UUID
    session: SessionKey
    deliver: Callable[[Delivery], None]
    end: Callable[[Exception], None]
    position: Position
    kinds: Collection[Any] | None = None
    """The kinds of events that it receives; None: all."""
    by_session: bool = False
    """Whether what is made of an event is only for one session of the member."""
    selection: RowSelection[Any] | None = None
    """What it selects of an event and of the rows that the event refers to, which the feed may read with the event."""
    started_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    is_open: bool = True
    """False once it has been removed or has ended."""
    checked_at: float = 0.0
    """When its session was last asked, by the clock of the event loop."""
    is_waiting: bool = True
    """Whether it has been delivered all events that were read, and has said that it is ready."""
    must_read: bool = True
    """Whether there may be events that no wake-up has announced: before the first read, and after a full batch."""
    wakes_seen: int = 0
    _events: Sequence[Positioned] = ()
    _next: int = 0

    def hand(self, events: Sequence[Positioned]) -> None:
        """Give it the events that were read for its position, which it may share with other listeners."""
        self._events, self._next = events, 0

    def peek(self) -> Any | None:
        """Return the next event that it receives, without taking it; None: there is none among those that were read."""
        while self._next < len(self._events):
            event = self._events[self._next][1]
            if self.kinds is None or event.kind in self.kinds:
                return event
            self.take()
        self._events, self._next = (), 0
        return None

    def take(self) -> None:
        """Take the event that ``peek`` returned, and continue after it."""
        self.position = self._events[self._next][0]
        self._next += 1


@dataclass(eq=False, slots=True)
class Audience:
    """The listeners of one row, in the order in which they came, and how often they have been woken."""

    listeners: dict[Listener, None] = field(default_factory=dict)
    wakes: int = 0
    member: CurrentMember | None = None
    """In an inbox reader, the member whose inbox it is, as last read."""


class Deliveries:
    """The deliveries that follow one read. Those who may see the same of an event share one."""

    def __init__(self, members: Mapping[SessionKey, CurrentMember]) -> None:
        self._members = members
        self._deliveries: dict[object, Delivery] = {}

    def of(self, listener: Listener, event: Any, selection: RowSelection[Any] | None) -> Delivery:
        """Return the delivery of an event to a listener; ``selection`` says what was just read with the event."""
        session = listener.session if listener.by_session else None
        rights = (event.id, listener.member_id, session)
        delivery = self._deliveries.get(rights)
        if delivery is None:
            viewer = self._members[listener.session].viewer(session)
            delivery = self._deliveries[rights] = Delivery(event, viewer, selection)
        return delivery
