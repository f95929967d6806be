"""The channels for PostgreSQL's LISTEN and NOTIFY, and their payloads."""

from collections.abc import Collection
from uuid import UUID

from models.database import fetch

INBOX = "trackers"
"""The payload is the id of a member who has a new notification or email."""
TRACKER_CHANGES = "tracker_changes"
"""The payload is the id of a tracker whose history has a new event."""
SESSIONS = "trackers_recalls"
"""The payload is the id of a member whose session has ended or whose rights have changed."""


async def wake(channel: str, row_id: UUID) -> None:
    """Notify the listeners on a channel, once the caller's transaction commits."""
    await fetch("SELECT pg_notify($1, $2)", channel, str(row_id))


async def wake_all(channel: str, row_ids: Collection[UUID]) -> None:
    """Notify the listeners on a channel of several rows, once the caller's transaction commits."""
    await fetch("SELECT pg_notify($1, id::text) FROM unnest($2::uuid[]) AS row(id)", channel, list(row_ids))
