"""The subscriptions, and the mutation that marks notifications as read."""

from collections.abc import Collection
from typing import Annotated, Any

import strawberry

from models import Notification, NotificationKind, Tracker, TrackerEvent
from schema.context import Info
from schema.inputs.ids import parse_argument_id
from schema.inputs.notification import MarkNotificationsReadInput, MarkNotificationsReadPayload
from schema.reading.event_source import EventSource, event_source
from schema.reading.selection import selected_row
from services.kernel.errors import BadRequestError
from services.notifications.listing import mark_read
from services.notifications.subscription import starting_cursor
from services.notifications.tracker_stream import newest_position
from services.row_selection import select_row

After = Annotated[
    str | None,
    strawberry.argument(
        description='The cursor of the last notification that one has: what was missed since comes first. "0" starts '
        "with the very first; absent: only what comes."
    ),
]


async def tracker_assigned(info: Info, after: After = None) -> Any:
    """Listen to a notification for every tracker that another member assigns to the viewer."""
    return await _notifications(info, after, {NotificationKind.ASSIGNED})


async def notification_received(info: Info, after: After = None) -> Any:
    """Listen to every notification of the viewer."""
    return await _notifications(info, after, None)


async def _notifications(info: Info, after: str | None, kinds: Collection[NotificationKind] | None) -> EventSource:
    viewer = info.context.require_viewer()
    cursor = await starting_cursor(viewer, after)
    return event_source(
        info.context.inbox_reader,
        info.context,
        viewer.member_id,
        position=cursor,
        kinds=kinds,
        selection=selected_row(info, Notification),
    )


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
) -> Any:
    """Listen to the events of a tracker's history as they occur."""
    info.context.require_viewer()
    reference = parse_argument_id(id, "id")
    rows = info.context.loaders.rows(select_row(Tracker, frozenset()))
    tracker = await rows.load(reference.id) if reference.type_name == "Tracker" else None
    if tracker is None:
        raise BadRequestError("There is no such tracker.", "id")
    return event_source(
        info.context.tracker_streams,
        info.context,
        tracker.id,
        position=await newest_position(tracker.id),
        selection=selected_row(info, TrackerEvent),
        ends_unseen=True,
    )
