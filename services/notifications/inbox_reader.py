"""Delivering new notifications to the subscriptions of a process."""

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models import Notification
from services.accounts.sessions.current_viewers import CurrentMember, SessionKey
from services.notifications.event_feed import EventFeed
from services.notifications.inbox_events import read_events, read_selected_events
from services.notifications.listeners import Listener, Place, Read
from services.row_selection import RowSelection


@dataclass(eq=False)
class InboxReader(EventFeed):
    """Delivers notifications in the order of their cursors. The row is the recipient, a position is a cursor."""

    on_delivered: Callable[[dt.timedelta], None] = lambda _: None
    """Called on delivery of each notification created while its subscription was open, with its age."""
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    """Set at each wake-up, also to wake the outbox worker, because an email may have been enqueued."""

    def wake(self, row_id: str) -> None:
        """Read a member's notifications, if anybody listens to them."""
        super().wake(row_id)
        self.woken.set()

    async def _read(self, waiting: Mapping[Place, Sequence[Listener]], sessions: Sequence[SessionKey]) -> Read:
        live = self._live_read(waiting)
        if live is None:
            read = await read_events(list(waiting), sessions)
        else:
            place, selection, member = live
            read = await read_selected_events(place, sessions, selection, member)
        for place, listeners in waiting.items():
            if place in read.events and (audience := self._audiences.get(place[0])) is not None:
                audience.member = read.members.get(listeners[0].session)
        return read

    def _live_read(
        self, waiting: Mapping[Place, Sequence[Listener]]
    ) -> tuple[Place, RowSelection[Any], CurrentMember] | None:
        """Return what to read with the events, if one member has been woken and all listeners select the same.

        Those who have yet to catch up receive the events one after the other, and their rows then.
        """
        if len(waiting) != 1:
            return None
        ((place, listeners),) = waiting.items()
        selection, member = listeners[0].selection, self._audiences[place[0]].member
        if selection is None or not selection.joins or member is None:
            return None
        if any(listener.must_read or listener.selection is not selection for listener in listeners):
            return None
        return place, selection, member

    def _on_deliver(self, listener: Listener, event: Notification) -> None:
        if event.created_at > listener.started_at:
            self.on_delivered(dt.datetime.now(dt.UTC) - event.created_at)
