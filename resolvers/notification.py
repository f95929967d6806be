"""Hearing of assignments and of everything else one is told."""

from collections.abc import AsyncGenerator, Collection
from typing import Annotated, Any

import strawberry

from models import NotificationKind
from schema.context import Info
from services.notifications import listen, starting_cursor

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
    viewer = info.context.must_be_signed_in()
    cursor = await starting_cursor(viewer, after)

    async def events() -> AsyncGenerator[Any, None]:
        async for heard in listen(info.context.inbox_reader, viewer, cursor, kinds):
            info.context.enter(heard.viewer)
            yield heard.notification

    return events()
