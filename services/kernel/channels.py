"""The channels for PostgreSQL's LISTEN and NOTIFY, with the meaning of their payloads."""

from uuid import UUID

from models.database import fetch

INBOX = "trackers"
"""A notification or email has been created for the member whose id is the payload."""
TRACKER_CHANGES = "tracker_changes"
"""An event has been added to the history of the tracker whose id is the payload."""
SESSIONS = "trackers_recalls"
"""A session has ended, or the rights have changed, of the member whose id is the payload."""


async def wake(channel: str, row_id: UUID) -> None:
    """Notify the listeners on a channel, once the caller's transaction commits."""
    await fetch("SELECT pg_notify($1, $2)", channel, str(row_id))
