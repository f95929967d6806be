"""The channels of PostgreSQL's LISTEN and NOTIFY, and what the payload of each is."""

from uuid import UUID

from models.database import fetch

INBOX = "trackers"
"""The payload is a member's id: there is a new notification or mail for them."""
TRACKER_CHANGES = "tracker_changes"
"""The payload is a tracker's id: its history has a new event."""
SESSIONS = "trackers_recalls"
"""The payload is a member's id: one of their sessions has ended, or their rights have changed."""


async def wake(channel: str, row_id: UUID) -> None:
    """Notify the listeners on a channel; PostgreSQL delivers it when the caller's transaction commits."""
    await fetch("SELECT pg_notify($1, $2)", channel, str(row_id))
