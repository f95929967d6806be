"""A helper that waits until statements are blocked by locks."""

import asyncio

from models.database import fetch

# pg_stat_activity does not serve here: it is a snapshot within a transaction.
UNGRANTED_LOCKS = "SELECT FROM pg_locks WHERE NOT granted"


async def wait_until_blocked(number: int = 1) -> None:
    """Wait until this many statements are blocked on the server, which only the tests of this process use."""
    async with asyncio.timeout(60):
        while len(await fetch(UNGRANTED_LOCKS)) < number:
            await asyncio.sleep(0.02)
