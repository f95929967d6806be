"""The channels for PostgreSQL's LISTEN and NOTIFY, and the subjects of their wake-ups."""

from collections.abc import Collection
from uuid import UUID

from models.wake_ups import WakeUp, announce

INBOX = "trackers"
"""The subject is the id of a member who has a new notification or email."""
TRACKER_CHANGES = "tracker_changes"
"""The subject is the id of a tracker whose history has a new event."""
SESSIONS = "trackers_recalls"
"""The subject is the id of a member whose session has ended or whose rights have changed."""


def wake(channel: str, row_id: UUID) -> None:
    """Notify the listeners on a channel, once the caller's transaction has been committed."""
    announce([WakeUp(channel, str(row_id))])


def wake_all(channel: str, row_ids: Collection[UUID]) -> None:
    """Notify the listeners on a channel of several rows, once the caller's transaction has been committed."""
    announce([WakeUp(channel, str(row_id)) for row_id in row_ids])
