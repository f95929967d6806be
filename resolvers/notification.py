"""Hearing of assignments and of everything else one is told."""

from collections.abc import AsyncGenerator, Collection
from typing import Annotated, Any

import strawberry

from models import NotificationKind, Tracker
from schema.context import Info
from schema.inputs.notification import MarkNotificationsReadInput, MarkNotificationsReadPayload, mark_of
from schema.relay import reference_of
from services.kernel.errors import BadRequestError
from services.notifications.listing import mark_read
from services.notifications.subscription import listen, starting_cursor
from services.notifications.tracker_stream import events_so_far, hear

After = Annotated[
    str | None,
    strawberry.argument(
        description='The cursor of the last notification that one has: what was missed since comes first. "0" starts '
        "with the very first; absent: only what comes."
    ),
]


async def tracker_assigned(info: Info, after: After = None) -> AsyncGenerator[Any, None]:
    """Every tracker that somebody else assigns to the viewer."""
    return await _heard(info, after, {NotificationKind.ASSIGNED})


async def notification_received(info: Info, after: After = None) -> AsyncGenerator[Any, None]:
    """Everything that the viewer is told."""
    return await _heard(info, after, None)


async def _heard(
    info: Info, after: str | None, kinds: Collection[NotificationKind] | None
) -> AsyncGenerator[Any, None]:
    viewer = info.context.require_viewer()
    cursor = await starting_cursor(viewer, after)

    async def events() -> AsyncGenerator[Any, None]:
        async for heard in listen(info.context.inbox_reader, viewer, cursor, kinds):
            info.context.enter(heard.viewer)
            yield heard.notification

    return events()


async def mark_notifications_read(
    info: Info,
    given: Annotated[MarkNotificationsReadInput, strawberry.argument(name="input", description="Which ones.")],
) -> MarkNotificationsReadPayload:
    """Mark notifications as read."""
    viewer: Any = info.context.require_viewer()
    marked: Any = await mark_read(viewer, mark_of(given))
    return MarkNotificationsReadPayload(viewer=viewer, notifications=marked)


async def tracker_changed(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The tracker.")],  # noqa: A002
) -> AsyncGenerator[Any, None]:
    """What happens to a tracker, while its page is open."""
    viewer = info.context.require_viewer()
    reference = reference_of(id, "id")
    seen = await info.context.loaders.rows(Tracker).load(reference.id) if reference.type_name == "Tracker" else None
    if seen is None:
        raise BadRequestError("There is no such tracker.", "id")
    known = await events_so_far(seen.id)

    async def events() -> AsyncGenerator[Any, None]:
        async for happened in hear(info.context.open_pages, viewer, seen.id, known):
            info.context.enter(happened.viewer)
            yield happened.event

    return events()
