"""Deleting expired rows: failed sign-ins that no longer count, and sessions that ended long ago with their tokens."""

import asyncio
import logging

from models.database import fetch

INTERVAL = 3_600.0
"""Seconds between two rounds."""
RETENTION_DAYS = 30
"""How long an ended session is kept, so that a reused token of it is told from a token that never existed."""

_DELETIONS = (
    "DELETE FROM sign_in_failures WHERE last_at < now() - interval '1 day' AND (blocked_until IS NULL OR blocked_until < now())",
    "DELETE FROM session WHERE least(expires_at, ended_at) < now() - make_interval(days => {days})",
    # Of an active session only the newest tokens can come again; a repeated one is answered for some seconds only.
    "DELETE FROM refresh_token WHERE used_at < now() - make_interval(days => {days})",
)

_log = logging.getLogger("trackers.retention")


async def delete_expired_rows() -> None:
    """Delete all rows that have expired, each kind in a transaction of its own."""
    for statement in _DELETIONS:
        await fetch(statement.format(days=RETENTION_DAYS))


async def run_retention(*, interval: float = INTERVAL) -> None:
    """Delete expired rows every ``interval`` seconds until cancelled. A failure is logged, and the next round tries again."""
    while True:
        try:
            await delete_expired_rows()
        except Exception as error:
            _log.warning("could not delete expired rows, will try again: %s", type(error).__name__)
        await asyncio.sleep(interval)
