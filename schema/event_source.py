"""What the resolver of a subscription returns: the events that it delivers, and with which rights each is executed."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schema.context import Context
from services.accounts.current_viewers import SessionKey, session_key
from services.notifications.event_feed import EventFeed
from services.notifications.listeners import Delivery, Listener

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
    position: int | None
    kinds: Collection[Any] | None
    is_visible: Callable[[Delivery], Awaitable[bool]] | None

    def listen(
        self, deliver: Callable[[Delivery], None], end: Callable[[Exception], None], *, by_session: bool
    ) -> Listener:
        """Begin to listen. ``by_session`` says that what is made of an event is only for one session."""
        listener = Listener(
            self.row_id, self.member_id, self.session, deliver, end,
            position=self.position, kinds=self.kinds, by_session=by_session,
        )  # fmt: skip
        self.feed.add(listener)
        return listener

    async def context_of(self, delivery: Delivery) -> Context | None:
        """Return the context in which the operation is executed for a delivery; None: the subscription ends."""
        if self.is_visible is not None and not await self.is_visible(delivery):
            return None
        return self.context.for_viewer(delivery.viewer)

    def __aiter__(self) -> AsyncIterator[Any]:
        raise TypeError("An EventSource is listened to.")


def event_source(
    feed: EventFeed,
    context: Context,
    row_id: UUID,
    *,
    position: int | None = None,
    kinds: Collection[Any] | None = None,
    is_visible: Callable[[Delivery], Awaitable[bool]] | None = None,
) -> EventSource:
    """Return the source of the events of a row for the viewer, from a position on, or None: only what comes.

    ``is_visible`` says whether the viewer of a delivery may still see the row; if not, the subscription ends.
    """
    viewer = context.require_viewer()
    return EventSource(
        feed, context.for_viewer(None), viewer.member_id, session_key(viewer), row_id, position, kinds, is_visible
    )
