"""Checks of the configured connections to PostgreSQL, before anything relies on them."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from server.connection_errors import connection_error
from server.setting_values import database_credentials
from server.settings import Settings

DATABASE, LISTEN, MIGRATE = "TRACKERS_DATABASE_URL", "TRACKERS_LISTEN_URL", "TRACKERS_MIGRATE_URL"
CONNECT_TIMEOUT = 10.0
ARRIVAL_TIMEOUT = 5.0
"""Seconds for a notification to arrive; it takes milliseconds where nothing stands in between."""


async def check_database(url: str, variable: str = DATABASE) -> None:
    """Connect to the database of a setting, and disconnect. Raises DatabaseConnectionError."""
    async with _connected(url, variable):
        pass


async def check_listening(settings: Settings, url: str) -> str | None:
    """Send a notification from the database's connection to that of LISTEN; return what is wrong, or None.

    Raises DatabaseConnectionError if one of them cannot connect.
    """
    listen_url = settings.listen_url or url
    variable = DATABASE if listen_url == url else LISTEN
    channel = f"trackers_check_{secrets.token_hex(8)}"
    arrived = asyncio.Event()
    async with _connected(listen_url, variable) as listener, _connected(url, DATABASE) as sender:
        await listener.add_listener(channel, lambda *_: arrived.set())
        await sender.execute("SELECT pg_notify($1, '')", channel)
        try:
            await asyncio.wait_for(arrived.wait(), ARRIVAL_TIMEOUT)
        except TimeoutError:
            return (
                "notifications do not arrive, so that assignments show some seconds late: set TRACKERS_LISTEN_URL to "
                "a direct connection to the same database, without a transaction pooler in between"
            )
    return None


@asynccontextmanager
async def _connected(url: str, variable: str) -> AsyncIterator[asyncpg.Connection]:
    credentials = database_credentials(url)
    try:
        connection = await asyncpg.connect(**credentials, timeout=CONNECT_TIMEOUT)
    except Exception as error:
        raise connection_error(error, url, variable) from error
    try:
        yield connection
    finally:
        await connection.close(timeout=1)
