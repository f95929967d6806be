"""GraphQL type for notifications."""

import datetime as dt
from functools import partial
from typing import Any

import strawberry

import models
from schema.context import Info
from schema.declaration.fields import edge, related_row, resolved_field, then
from schema.declaration.relay import Node
from schema.enums import NotificationKind
from schema.member import Member
from schema.tracker import Tracker
from services.notifications.subscription import notification_text
from services.tracker_types.catalogue import AvailableType

Row = strawberry.Parent[models.Notification]


def _cursor(root: Row) -> str:
    return str(root.cursor)


def _text(root: Row, info: Info) -> Any:
    def text(tracker: Any, actor: Any, available_type: AvailableType | None) -> str:
        return notification_text(root, tracker, available_type.type.name if available_type else None, actor)

    tracker, actor = related_row(root, info, "tracker"), related_row(root, info, "actor")
    return then(
        tracker,
        lambda tracker: then(
            actor,
            lambda actor: then(
                info.context.loaders.tracker_type(tracker.type_id) if tracker else None, partial(text, tracker, actor)
            ),
        ),
    )


@strawberry.type(description="One thing that a member is told, in the order in which it happened.")
class Notification(Node):
    """GraphQL type for a notification."""

    model = models.Notification

    cursor: str = resolved_field(
        _cursor,
        "1, 2, 3 … for its recipient over all kinds, as decimal text: a subscription resumes after it. "
        "Not an edge's cursor, which pages the list.",
        needs=("cursor",),
    )
    kind: NotificationKind = strawberry.field(description="Why.")
    tracker: Tracker | None = edge("tracker", "The tracker that it is about; null: no longer to be seen.")
    actor: Member | None = edge("actor", "Who caused it; null: the system.")
    text: str = resolved_field(
        _text,
        "What happened, in one line.",
        needs=("kind", "tracker.number", "tracker.type_id", "actor.name"),
    )
    created_at: dt.datetime = strawberry.field(description="When it happened.")
    read_at: dt.datetime | None = strawberry.field(description="When it was marked as read.")
