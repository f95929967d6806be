"""A background task that measures the connection pool and detects the end of a database outage."""

import asyncio
from typing import Final

from models.database import pool_state
from server.observability.metrics import (
    DATABASE_CONNECTIONS,
    DATABASE_CONNECTIONS_IDLE,
    DATABASE_CONNECTIONS_WAITING,
)
from server.observability.outage import database_outage

INTERVAL: Final = 1.0  # seconds


async def run_database_monitor(*, interval: float = INTERVAL) -> None:
    """Measure the pool and check for the end of an outage every ``interval`` seconds, until cancelled."""
    while True:
        state = pool_state()
        DATABASE_CONNECTIONS.set(state.size)
        DATABASE_CONNECTIONS_IDLE.set(state.free)
        DATABASE_CONNECTIONS_WAITING.set(state.waiting)
        await database_outage.check()
        await asyncio.sleep(interval)
