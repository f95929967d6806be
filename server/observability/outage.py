"""Detection of database outages, which are distinguished from bugs and logged once at their beginning and end.

During an outage, requests are answered with status 503 and the time after which to retry. A process uses only one
database, so it has a single ``Outage``.
"""

import asyncio
import logging
import time
import traceback

import asyncpg
from tortoise.exceptions import DBConnectionError

from models.database import fetch
from server.observability.tracebacks import with_causes

UNAVAILABLE = "The database does not answer now. Try again in a few seconds."
RETRY_AFTER = 5
"""The number of seconds after which a client may retry."""

_CONNECTION_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    # Raised, for example, if the connection is closed when the server's last message has been read only in part.
    asyncpg.InternalClientError,
    DBConnectionError,
)
_log = logging.getLogger("trackers.database")


def is_outage(error: BaseException) -> bool:
    """Return whether an exception, or one of its causes, means that the database could not be reached."""
    return any(_is_connection_error(exception) for exception in with_causes(error))


def _is_connection_error(error: BaseException) -> bool:
    if isinstance(error, _CONNECTION_ERRORS):
        return True
    if isinstance(error, asyncpg.InterfaceError):
        # asyncpg has no specific class for a connection that is lost between two statements.
        return str(error).endswith(("is closed", "is closing"))
    if isinstance(error, OSError):  # this includes TimeoutError; it counts only if asyncpg raised or propagated it
        frames = traceback.walk_tb(error.__traceback__)
        return any(str(frame.f_globals.get("__name__")).startswith("asyncpg.") for frame, _ in frames)
    return False


class Outage:
    """The current outage of the database, if there is one, as far as this process has detected it."""

    def __init__(self) -> None:
        self._since: float | None = None

    @property
    def is_active(self) -> bool:
        """Whether the database was unavailable when it was last used."""
        return self._since is not None

    def begin(self, error: BaseException) -> None:
        """Begin an outage, and log it with this error, unless one has already begun."""
        if self._since is None:
            self._since = time.monotonic()
            _log.error("the database does not answer: %s", type(error).__name__)

    async def check(self) -> None:
        """Query the database if there is an outage, and end the outage if the database responds."""
        if self._since is None:
            return
        try:
            async with asyncio.timeout(RETRY_AFTER):
                await fetch("SELECT 1")
        except Exception:
            return
        self.end()

    def end(self) -> None:
        """End the outage, if there is one, and log its duration."""
        if self._since is not None:
            _log.warning("the database answers again, after %.0f seconds", time.monotonic() - self._since)
            self._since = None


database_outage = Outage()
