"""The subscriptions, and the mutation that marks notifications as read."""

from collections.abc import AsyncGenerator, Collection
from typing import Annotated, Any

import strawberry

from models import NotificationKind, Tracker
from schema.context import Info
from schema.inputs.ids import parse_argument_id
from schema.inputs.notification import MarkNotificationsReadInput, MarkNotificationsReadPayload
from services.kernel.errors import BadRequestError
from services.notifications.listing import mark_read
from services.notifications.subscription import starting_cursor, stream_notifications
from services.notifications.tracker_stream import event_ids, stream_events
from services.row_selection import select_row

After = Annotated[
    str | None,
    strawberry.argument(
        description='The cursor of the last notification that one has: what was missed since comes first. "0" starts '
        "with the very first; absent: only what comes."
    ),
]


async def tracker_assigned(info: Info, after: After = None) -> AsyncGenerator[Any, None]:
    """Yield a notification for every tracker that another member assigns to the viewer."""
    return await _notifications(info, after, {NotificationKind.ASSIGNED})


async def notification_received(info: Info, after: After = None) -> AsyncGenerator[Any, None]:
    """Yield every notification of the viewer."""
    return await _notifications(info, after, None)


async def _notifications(
    info: Info, after: str | None, kinds: Collection[NotificationKind] | None
) -> AsyncGenerator[Any, None]:
    viewer = info.context.require_viewer()
    cursor = await starting_cursor(viewer, after)

    async def events() -> AsyncGenerator[Any, None]:
        async for event in stream_notifications(info.context.inbox_reader, viewer, cursor, kinds):
            info.context.authenticate(event.viewer)
            yield event.notification

    return events()


async def mark_notifications_read(
    info: Info,
    entry: Annotated[MarkNotificationsReadInput, strawberry.argument(name="input", description="Which ones.")],
) -> MarkNotificationsReadPayload:
    """Mark notifications as read."""
    viewer: Any = info.context.require_viewer()
    notifications: Any = await mark_read(viewer, entry.decode())
    return MarkNotificationsReadPayload(viewer=viewer, notifications=notifications)


async def tracker_changed(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The tracker.")],  # noqa: A002
) -> AsyncGenerator[Any, None]:
    """Yield the events of a tracker's history as they occur."""
    viewer = info.context.require_viewer()
    reference = parse_argument_id(id, "id")
    rows = info.context.loaders.rows(select_row(Tracker, frozenset()))
    tracker = await rows.load(reference.id) if reference.type_name == "Tracker" else None
    if tracker is None:
        raise BadRequestError("There is no such tracker.", "id")
    known_ids = await event_ids(tracker.id)

    async def events() -> AsyncGenerator[Any, None]:
        async for event in stream_events(info.context.tracker_streams, viewer, tracker.id, known_ids):
            info.context.authenticate(event.viewer)
            yield event.event

    return events()
