"""A helper that waits until statements are blocked by locks."""

import asyncio

from models.database import fetch

# Unlike pg_locks, pg_stat_activity is a snapshot that does not change within a transaction.
UNGRANTED_LOCKS = "SELECT FROM pg_locks WHERE NOT granted"


async def wait_until_blocked(number: int = 1) -> None:
    """Wait until this many statements are blocked by locks; no other process runs tests on this server."""
    async with asyncio.timeout(60):
        while len(await fetch(UNGRANTED_LOCKS)) < number:
            await asyncio.sleep(0.02)
