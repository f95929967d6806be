"""Delivering new notifications to the subscriptions of a process."""

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from models import Notification
from models.database import fetch
from models.rows import columns, rows
from services.accounts.current_viewers import (
    SessionKey,
    current_members,
    select_current_members,
    session_parameters,
)
from services.notifications.event_feed import EventFeed, Place, Read
from services.notifications.listeners import Listener, Numbered

BATCH_SIZE = 100


@cache
def _select_events_and_members() -> str:
    """Return a SELECT of the next notifications of each place, and of the members whose sessions are valid.

    A row has one of both. As both are of one snapshot, whoever receives a notification had a valid session, and the
    roles, of a moment when it had been written.
    """
    return f"""
    SELECT n.*, s.* FROM (
        SELECT request.index, n.* FROM unnest($1::uuid[], $2::bigint[])
            WITH ORDINALITY AS request (member_id, after, index)
        CROSS JOIN LATERAL (
            SELECT {columns(Notification, "n")} FROM notification n
            WHERE n.recipient_id = request.member_id AND n.cursor > request.after ORDER BY n.cursor LIMIT {BATCH_SIZE}
        ) n
    ) n FULL JOIN ({select_current_members(3)}) s ON false ORDER BY n.index, n."n.cursor"
    """


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

    async def _read(self, places: Sequence[Place], sessions: Sequence[SessionKey]) -> Read:
        members, cursors = [member_id for member_id, _ in places], [cursor for _, cursor in places]
        records = await fetch(_select_events_and_members(), members, cursors, *session_parameters(sessions))
        found = [record for record in records if record["index"] is not None]
        events: dict[Place, list[Numbered]] = {}
        for record, notification in zip(found, rows(Notification, "n", found), strict=True):
            events.setdefault(places[record["index"] - 1], []).append((notification.cursor, notification))
        valid = [record for record in records if record["index"] is None]
        return Read(dict(events), current_members(sessions, valid))

    def _may_have_more(self, events: Sequence[Numbered]) -> bool:
        return len(events) >= BATCH_SIZE

    def _on_deliver(self, listener: Listener, event: Notification) -> None:
        if event.created_at > listener.started_at:
            self.on_delivered(dt.datetime.now(dt.UTC) - event.created_at)
