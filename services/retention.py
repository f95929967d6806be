"""Rows that nobody needs any more: failed sign-ins that no longer count, and sessions long over with their tokens."""

import asyncio
import logging

from models.database import fetch

EVERY = 3_600.0
"""Seconds between two rounds."""
KEPT_DAYS = 30
"""So long a session is kept when it is over, to tell the re-use of its tokens from tokens that never were."""

_STALE = (
    "DELETE FROM sign_in_failures WHERE last_at < now() - interval '1 day' AND (blocked_until IS NULL OR blocked_until < now())",
    "DELETE FROM session WHERE least(expires_at, ended_at) < now() - make_interval(days => {days})",
    # Of a session that goes on only the newest tokens can come again; a repeat is answered for seconds only.
    "DELETE FROM refresh_token WHERE used_at < now() - make_interval(days => {days})",
)

_log = logging.getLogger("trackers.housekeeping")


async def tidy_up() -> None:
    """Delete what is stale; each kind in a statement of its own."""
    for statement in _STALE:
        await fetch(statement.format(days=KEPT_DAYS))


async def run_housekeeping(*, every: float = EVERY) -> None:
    """Tidy up, round after round, until cancelled; a round that fails is made good by the next."""
    while True:
        try:
            await tidy_up()
        except Exception as error:
            _log.warning("the housekeeping waits: %s", type(error).__name__)
        await asyncio.sleep(every)
