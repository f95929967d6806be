"""Where a subscription to a member's notifications starts, and what a notification says."""

from models import Member, Notification, NotificationKind, Tracker
from models.database import fetch
from services.kernel.errors import BadRequestError
from services.viewer import Viewer


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
