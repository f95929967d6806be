"""The database is away: told from a bug, answered with 503 and a time to come back, logged once when it goes and once
when it is back.

One process has one database, so whether it is away is the process's to know.
"""

import asyncio
import logging
import time
import traceback

import asyncpg
from tortoise.exceptions import DBConnectionError

from models.database import fetch
from server.observability.tracebacks import and_causes

UNAVAILABLE = "The database does not answer now. Try again in some seconds."
RETRY_AFTER = 5
"""Seconds after which a client may ask again."""

_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,  # also how a statement fares that meets the server's farewell half read
    DBConnectionError,
)
_log = logging.getLogger("trackers.database")


def is_outage(error: BaseException) -> bool:
    """Whether an error, or what it was raised because of, says that the database could not be reached."""
    return any(_says_so(one) for one in and_causes(error))


def _says_so(error: BaseException) -> bool:
    if isinstance(error, _AWAY):
        return True
    if isinstance(error, asyncpg.InterfaceError):
        # asyncpg has no class of its own for a connection that was lost between two statements.
        return str(error).endswith(("is closed", "is closing"))
    if isinstance(error, OSError):  # a time-out too; only where the line to the database is concerned
        frames = traceback.walk_tb(error.__traceback__)
        return any(str(frame.f_globals.get("__name__")).startswith("asyncpg.") for frame, _ in frames)
    return False


class Outage:
    """Whether the database is away, as far as this process has met it."""

    def __init__(self) -> None:
        self._since: float | None = None

    @property
    def lasts(self) -> bool:
        """Whether the database was away when it was last needed."""
        return self._since is not None

    def notice(self, error: BaseException) -> None:
        """Note an outage that a request met; the first to meet it has it logged."""
        if self._since is None:
            self._since = time.monotonic()
            _log.error("the database does not answer: %s", type(error).__name__)

    async def look(self) -> None:
        """Where an outage was noted, ask whether it is over."""
        if self._since is None:
            return
        try:
            async with asyncio.timeout(RETRY_AFTER):
                await fetch("SELECT 1")
        except Exception:
            return
        _log.warning("the database answers again, after %.0f seconds", time.monotonic() - self._since)
        self._since = None


database_outage = Outage()
