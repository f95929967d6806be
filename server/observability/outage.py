"""Outages of the database: told apart from bugs, and logged once when one begins and once when it is over.

A request that meets an outage is answered with status 503 and the time after which to try again. One process uses one
database, so its outage is known to the whole process.
"""

import asyncio
import logging
import time
import traceback

import asyncpg
from tortoise.exceptions import DBConnectionError

from models.database import fetch
from server.observability.tracebacks import with_causes

UNAVAILABLE = "The database does not answer now. Try again in some seconds."
RETRY_AFTER = 5
"""Seconds after which a client may try again."""

_CONNECTION_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    # Also raised for a statement whose connection is closed while the server's last message is only half read.
    asyncpg.InternalClientError,
    DBConnectionError,
)
_log = logging.getLogger("trackers.database")


def is_outage(error: BaseException) -> bool:
    """Return whether an exception, or one of its causes, says that the database could not be reached."""
    return any(_is_connection_error(exception) for exception in with_causes(error))


def _is_connection_error(error: BaseException) -> bool:
    if isinstance(error, _CONNECTION_ERRORS):
        return True
    if isinstance(error, asyncpg.InterfaceError):
        # asyncpg has no class of its own for a connection that was lost between two statements.
        return str(error).endswith(("is closed", "is closing"))
    if isinstance(error, OSError):  # TimeoutError too; only where asyncpg's own code raised or passed it
        frames = traceback.walk_tb(error.__traceback__)
        return any(str(frame.f_globals.get("__name__")).startswith("asyncpg.") for frame, _ in frames)
    return False


class Outage:
    """Whether the database is unavailable, as far as this process has noticed."""

    def __init__(self) -> None:
        self._since: float | None = None

    @property
    def is_active(self) -> bool:
        """Whether the database was unavailable when it was last needed."""
        return self._since is not None

    def begin(self, error: BaseException) -> None:
        """Note that a request met an outage; only the first one is logged."""
        if self._since is None:
            self._since = time.monotonic()
            _log.error("the database does not answer: %s", type(error).__name__)

    async def check(self) -> None:
        """End the outage, if there is one, once the database answers."""
        if self._since is None:
            return
        try:
            async with asyncio.timeout(RETRY_AFTER):
                await fetch("SELECT 1")
        except Exception:
            return
        self.end()

    def end(self) -> None:
        """Note, and log, that the outage is over, if there is one."""
        if self._since is not None:
            _log.warning("the database answers again, after %.0f seconds", time.monotonic() - self._since)
            self._since = None


database_outage = Outage()
