"""Notifications: what a member is told, in order, none lost and none twice."""

import datetime as dt
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass

from models import Member, Notification, NotificationKind, Tracker
from models.database import fetch
from services.accounts.sessions import still
from services.kernel.errors import BadRequestError
from services.notifications.inbox_reader import InboxReader
from services.viewer import Viewer

PATIENCE_SECONDS = 15.0
"""For so long a quiet subscription goes on before its session is asked for again."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A notification, and its recipient as the database has them at that moment."""

    notification: Notification
    viewer: Viewer


async def newest_cursor(viewer: Viewer) -> int:
    """The cursor of the viewer's newest notification, 0 if there is none."""
    found = await fetch("SELECT cursor FROM inbox WHERE member_id = $1", viewer.member_id)
    return int(found[0]["cursor"]) if found else 0


async def unread_count(viewer: Viewer) -> int:
    """How many notifications the viewer has not read."""
    found = await fetch(
        "SELECT count(*) AS unread FROM notification WHERE recipient_id = $1 AND read_at IS NULL", viewer.member_id
    )
    return int(found[0]["unread"])


async def starting_cursor(viewer: Viewer, after: str | None) -> int:
    """The cursor that a subscription goes on after: the newest if none is named.

    Raises BadRequestError for what is no number, or lies beyond the newest.
    """
    newest = await newest_cursor(viewer)
    if after is None:
        return newest
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise BadRequestError("after must be the cursor of a notification: a whole number.", "after")
    if int(after) > newest:
        raise BadRequestError(f"after lies beyond the newest notification, {newest}.", "after")
    return int(after)


async def listen(
    reader: InboxReader, viewer: Viewer, cursor: int, kinds: Collection[NotificationKind] | None = None
) -> AsyncIterator[Heard]:
    """The viewer's notifications after ``cursor``: first what was missed, then what comes.

    The session is asked for again before each of them; raises SessionEnded once it is over.
    """
    recalls, began = reader.recalls, dt.datetime.now(dt.UTC)
    while True:
        if recalls != reader.recalls:
            recalls = reader.recalls
            await still(viewer)
            continue
        batch = await reader.next_batch(viewer.member_id, cursor, patience=PATIENCE_SECONDS)
        if not batch:
            await still(viewer)
        for notification in batch:
            cursor = notification.cursor
            if kinds is None or notification.kind in kinds:
                heard = Heard(notification, await still(viewer))
                if notification.created_at > began:
                    reader.delivered(dt.datetime.now(dt.UTC) - notification.created_at)
                yield heard


def wording(notification: Notification, tracker: Tracker | None, type_name: str | None, actor: Member | None) -> str:
    """What a notification says, without a learner's name or anything entered."""
    if tracker is None:
        return "This was about a tracker that you can no longer see."
    who = actor.name if actor else "The system"
    what = f"{type_name} tracker {tracker.number}"
    return {
        NotificationKind.ASSIGNED: f"{who} assigned {what} to you.",
        NotificationKind.STATUS_CHANGED: f"{who} changed the status of {what}.",
        NotificationKind.COMMENTED: f"{who} commented on {what}.",
        NotificationKind.APPLIED: f"{what} was applied to the learner's record.",
        NotificationKind.APPLY_FAILED: f"{what} could not be applied to the learner's record.",
        NotificationKind.UPDATED: f"{who} changed {what}.",
    }[notification.kind]
