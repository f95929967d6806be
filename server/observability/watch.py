"""What a process looks at every second for itself: whether an outage is over, and how its connections stand."""

import asyncio
from typing import Final

from models.database import pool_state
from server.observability.metrics import POOL
from server.observability.outage import database_outage

EVERY: Final = 1.0  # seconds


async def run_watch(*, every: float = EVERY) -> None:
    """Look, until cancelled."""
    while True:
        state = pool_state()
        POOL.labels("open").set(state.size)
        POOL.labels("free").set(state.free)
        POOL.labels("waiting").set(state.waiting)
        await database_outage.look()
        await asyncio.sleep(every)
