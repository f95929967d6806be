"""Waiting until somebody waits for a lock."""

import asyncio

from models.database import fetch

# Not pg_stat_activity: within a transaction that stays as it was when it was first looked at.
HELD_UP = "SELECT FROM pg_locks WHERE NOT granted"


async def until_held_up(number: int = 1) -> None:
    """Return once so many statements wait for locks, on the server that this process's tests have to themselves."""
    async with asyncio.timeout(60):
        while len(await fetch(HELD_UP)) < number:
            await asyncio.sleep(0.02)
