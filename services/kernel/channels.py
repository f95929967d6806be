"""The channels of PostgreSQL's NOTIFY, each with the id that its payload names."""

from uuid import UUID

from models.database import fetch

INBOX = "trackers"
"""A member's id: there is a notification or a mail for them."""
TRACKER_CHANGES = "tracker_changes"
"""A tracker's id: it has a new event."""
SESSIONS = "trackers_recalls"
"""A member's id: one of their sessions has ended, or their rights have changed."""


async def wake(channel: str, row_id: UUID) -> None:
    """Notify whoever listens on a channel, once the caller's transaction has committed."""
    await fetch("SELECT pg_notify($1, $2)", channel, str(row_id))
