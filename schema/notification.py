"""GraphQL type for notifications."""

import datetime as dt
from typing import Any

import strawberry

import models
from schema.context import Info
from schema.enums import NotificationKind
from schema.fields import resolved_field
from schema.member import Member
from schema.relay import Node
from schema.tracker import Tracker
from services.notifications.subscription import notification_text

Row = strawberry.Parent[models.Notification]


def _cursor(root: Row) -> str:
    return str(root.cursor)


async def _tracker(root: Row, info: Info) -> Any:
    return await info.context.loaders.rows(models.Tracker).load(root.tracker_id)


async def _actor(root: Row, info: Info) -> Any:
    return root.actor_id and await info.context.loaders.references.load(root.actor_id)


async def _text(root: Row, info: Info) -> str:
    tracker = await _tracker(root, info)
    available_type = await info.context.loaders.tracker_types.load(tracker.type_id) if tracker else None
    return notification_text(
        root, tracker, available_type.type.name if available_type else None, await _actor(root, info)
    )


@strawberry.type(description="One thing that a member is told, in the order in which it happened.")
class Notification(Node):
    """GraphQL type for a notification."""

    cursor: str = resolved_field(
        _cursor,
        "1, 2, 3 … for its recipient over all kinds, as decimal text: a subscription resumes after it. "
        "Not an edge's cursor, which pages the list.",
    )
    kind: NotificationKind = strawberry.field(description="Why.")
    tracker: Tracker | None = resolved_field(_tracker, "The tracker that it is about; null: no longer to be seen.")
    actor: Member | None = resolved_field(_actor, "Who caused it; null: the system.")
    text: str = resolved_field(_text, "What happened, in one line.")
    created_at: dt.datetime = strawberry.field(description="When it happened.")
    read_at: dt.datetime | None = strawberry.field(description="When it was marked as read.")
