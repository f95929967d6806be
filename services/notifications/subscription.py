"""Subscriptions to a member's notifications: in order, none lost and none twice."""

import datetime as dt
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass

from models import Member, Notification, NotificationKind, Tracker
from models.database import fetch
from services.accounts.sessions import refresh_viewer
from services.kernel.errors import BadRequestError
from services.notifications.inbox_reader import InboxReader
from services.viewer import Viewer


@dataclass(frozen=True, slots=True)
class DeliveredNotification:
    """A notification, and its recipient with the rights that they have at that moment."""

    notification: Notification
    viewer: Viewer


async def newest_cursor(viewer: Viewer) -> int:
    """Return the cursor of the viewer's newest notification, 0 if there is none."""
    inboxes = await fetch("SELECT cursor FROM inbox WHERE member_id = $1", viewer.member_id)
    return int(inboxes[0]["cursor"]) if inboxes else 0


async def unread_count(viewer: Viewer) -> int:
    """Return how many notifications the viewer has not read."""
    (counted,) = await fetch(
        "SELECT count(*) AS unread FROM notification WHERE recipient_id = $1 AND read_at IS NULL", viewer.member_id
    )
    return int(counted["unread"])


async def starting_cursor(viewer: Viewer, after: str | None) -> int:
    """Return the cursor after which a subscription starts: the newest if ``after`` is None.

    Raises BadRequestError if ``after`` is not a number, or beyond the newest.
    """
    newest = await newest_cursor(viewer)
    if after is None:
        return newest
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise BadRequestError("after must be the cursor of a notification: a whole number.", "after")
    if int(after) > newest:
        raise BadRequestError(f"after lies beyond the newest notification, {newest}.", "after")
    return int(after)


async def stream_notifications(
    reader: InboxReader, viewer: Viewer, cursor: int, kinds: Collection[NotificationKind] | None = None
) -> AsyncIterator[DeliveredNotification]:
    """Yield the viewer's notifications after ``cursor``: first the stored ones, then each as it is added.

    The session is checked before each of them, and regularly while there are none; raises SessionEnded once it has
    ended.
    """
    revalidations, started = reader.revalidations, dt.datetime.now(dt.UTC)
    while True:
        if revalidations != reader.revalidations:
            revalidations = reader.revalidations
            await refresh_viewer(viewer)
            continue
        batch = await reader.next_batch(viewer.member_id, cursor, timeout=reader.revalidate_seconds)
        if not batch:
            await refresh_viewer(viewer)
        for notification in batch:
            cursor = notification.cursor
            if kinds is None or notification.kind in kinds:
                delivered = DeliveredNotification(notification, await refresh_viewer(viewer))
                if notification.created_at > started:
                    reader.on_delivered(dt.datetime.now(dt.UTC) - notification.created_at)
                yield delivered


def notification_text(
    notification: Notification, tracker: Tracker | None, type_name: str | None, actor: Member | None
) -> str:
    """Return the text of a notification, which names no learner and contains nothing that was entered."""
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
