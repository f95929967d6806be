"""Subscriptions to a member's notifications, delivered in order and exactly once."""

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
    """A notification, and its recipient with the roles that they have on delivery."""

    notification: Notification
    viewer: Viewer


async def newest_cursor(viewer: Viewer) -> int:
    """Return the cursor of the viewer's newest notification, or 0 if there is none."""
    inboxes = await fetch("SELECT cursor FROM inbox WHERE member_id = $1", viewer.member_id)
    return int(inboxes[0]["cursor"]) if inboxes else 0


async def unread_count(viewer: Viewer) -> int:
    """Return the number of the viewer's unread notifications, which the inbox knows without counting them."""
    inboxes = await fetch("SELECT cursor - read_count AS unread FROM inbox WHERE member_id = $1", viewer.member_id)
    return int(inboxes[0]["unread"]) if inboxes else 0


async def starting_cursor(viewer: Viewer, after: str | None) -> int:
    """Return the cursor after which a subscription starts: ``after``, or the newest one if it is None.

    Raises BadRequestError if ``after`` is not a number, or is greater than the newest cursor.
    """
    newest = await newest_cursor(viewer)
    if after is None:
        return newest
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise BadRequestError("'after' must be the cursor of a notification: a whole number.", "after")
    if int(after) > newest:
        raise BadRequestError(f"'after' lies beyond the newest notification, {newest}.", "after")
    return int(after)


async def stream_notifications(
    reader: InboxReader, viewer: Viewer, cursor: int, kinds: Collection[NotificationKind] | None = None
) -> AsyncIterator[DeliveredNotification]:
    """Yield the viewer's notifications after ``cursor``: first the stored ones, then new ones as they are added.

    The session is checked before each notification, and regularly while there are none; raises SessionEnded when it has
    ended.
    """
    revalidations, started_at = reader.revalidations, dt.datetime.now(dt.UTC)
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
                delivery = DeliveredNotification(notification, await refresh_viewer(viewer))
                if notification.created_at > started_at:
                    reader.on_delivered(dt.datetime.now(dt.UTC) - notification.created_at)
                yield delivery


def notification_text(
    notification: Notification, tracker: Tracker | None, type_name: str | None, actor: Member | None
) -> str:
    """Return the text of a notification, which contains neither a learner's name nor any field value."""
    if tracker is None:
        return "This was about a tracker that you can no longer see."
    actor_name = actor.name if actor else "The system"
    tracker_name = f"{type_name} tracker {tracker.number}"
    return {
        NotificationKind.ASSIGNED: f"{actor_name} assigned {tracker_name} to you.",
        NotificationKind.STATUS_CHANGED: f"{actor_name} changed the status of {tracker_name}.",
        NotificationKind.COMMENTED: f"{actor_name} commented on {tracker_name}.",
        NotificationKind.APPLIED: f"{tracker_name} was applied to the learner's record.",
        NotificationKind.APPLY_FAILED: f"{tracker_name} could not be applied to the learner's record.",
        NotificationKind.UPDATED: f"{actor_name} changed {tracker_name}.",
    }[notification.kind]
