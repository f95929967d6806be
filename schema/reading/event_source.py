"""What the resolver of a subscription returns: the events that it delivers, and with which rights each is executed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.rows import without_joined_rows
from schema.context import Context
from services.accounts.sessions.current_viewers import SessionKey, session_key
from services.notifications.event_feed import EventFeed
from services.notifications.listeners import Delivery, Listener, Position
from services.row_selection import RowSelection
from services.rows import selected_rows_by_id

SESSION_FIELDS = frozenset({"url"})
"""The names of fields whose values are only for one session of a member: the signed addresses of files."""


@dataclass(frozen=True, slots=True)
class EventSource:
    """The events of a feed that a subscription listens to.

    The executor listens with ``listen``, and executes the operation once for all listeners that share a delivery. To
    graphql-core it is the event stream of the subscription, which is never iterated. It lives as long as the
    subscription, and therefore holds no rows.
    """

    feed: EventFeed
    context: Context
    member_id: UUID
    session: SessionKey
    row_id: UUID
    position: Position
    kinds: Collection[Any] | None
    selection: RowSelection[Any]
    """What the operation selects of an event and of the rows that it refers to."""
    ends_unseen: bool
    """Whether the subscription ends with an event that its viewer may not see."""

    def listen(
        self, deliver: Callable[[Delivery], None], end: Callable[[Exception], None], *, by_session: bool
    ) -> Listener:
        """Begin to listen. ``by_session`` says that what is made of an event is only for one session."""
        listener = Listener(
            self.row_id, self.member_id, self.session, deliver, end,
            position=self.position, kinds=self.kinds, by_session=by_session, selection=self.selection,
        )  # fmt: skip
        self.feed.add(listener)
        return listener

    def context_of(self, delivery: Delivery) -> Context:
        """Return the context in which operations are executed for a delivery."""
        return self.context.for_viewer(delivery.viewer)

    async def event_of(self, delivery: Delivery) -> Any | None:
        """Return the event with the rows that the operation selects, in one statement; None: the subscription ends."""
        if not self.ends_unseen and (not self.selection.joins or delivery.selection is self.selection):
            return delivery.event
        event = await self._selected_event(delivery)
        if event is None and not self.ends_unseen:
            # It has been deleted since it was read. The rows that were joined to it then may no longer be visible.
            return without_joined_rows(delivery.event)
        return event

    async def _selected_event(self, delivery: Delivery) -> Any | None:
        """Return the event with the rows that are selected: read once for all operations that select the same."""
        key = ("event", self.selection)
        reading: asyncio.Task[Any] | None = delivery.shared.get(key)
        if reading is None:
            rows = selected_rows_by_id(delivery.viewer, self.selection, [delivery.event.id])
            reading = delivery.shared[key] = asyncio.create_task(rows)
            reading.add_done_callback(lambda task: task.cancelled() or task.exception())  # if nobody waits any more
        (event,) = await asyncio.shield(reading)  # others may wait for it when this operation's time is over
        return event

    def __aiter__(self) -> AsyncIterator[Any]:
        raise TypeError("An EventSource is listened to.")


def event_source(
    feed: EventFeed,
    context: Context,
    row_id: UUID,
    *,
    position: Position,
    kinds: Collection[Any] | None = None,
    selection: RowSelection[Any],
    ends_unseen: bool = False,
) -> EventSource:
    """Return the source of the events of a row for the viewer, from a position on.

    See ``EventSource`` for ``selection`` and ``ends_unseen``.
    """
    viewer = context.require_viewer()
    return EventSource(
        feed,
        context.for_viewer(None),
        viewer.member_id,
        session_key(viewer),
        row_id,
        position,
        kinds,
        selection,
        ends_unseen,
    )
