"""The connection to PostgreSQL: opening, closing, migrating, and the few statements that are SQL."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from tortoise import Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.exceptions import TransactionManagementError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.transactions import in_transaction

APPS: dict[str, dict[str, Any]] = {
    "models": {"models": ["models"], "migrations": "models.migrations", "default_connection": "default"}
}

POOL = {"minsize": 2, "maxsize": 20}
"""Connections a process keeps open, and the most that it opens."""


def configuration(credentials: Mapping[str, object]) -> dict[str, Any]:
    """Tortoise's configuration for one PostgreSQL, given what asyncpg needs to reach it."""
    connection = {
        "engine": "tortoise.backends.asyncpg",
        "credentials": {**POOL, **credentials, "reset": _nothing_to_reset},
    }
    return {"connections": {"default": connection}, "apps": APPS, "use_tz": True, "timezone": "UTC"}


async def _nothing_to_reset(_connection: object) -> None:
    """Save a round trip after each use of a connection: nothing here leaves a setting, lock or cursor behind.

    asyncpg itself still rolls back what a cancelled task left open.
    """


@asynccontextmanager
async def database(credentials: Mapping[str, object]) -> AsyncIterator[None]:
    """The models bound to a PostgreSQL while the block runs, for every task of the process."""
    # An ASGI lifespan runs in a context of its own; only the global fallback reaches the requests.
    await Tortoise.init(config=configuration(credentials), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


async def migrate() -> None:
    """Bring the database to the newest migration; two at once wait for each other."""
    client = cast(AsyncpgDBClient, get_connection("default"))
    async with client.acquire_connection() as lock:
        await lock.execute("SELECT pg_advisory_lock(hashtext('trackers migrate'))")
        try:
            await MigrationExecutor(client, APPS).migrate()
        finally:
            await lock.execute("SELECT pg_advisory_unlock(hashtext('trackers migrate'))")


async def pending_migrations() -> Sequence[str]:
    """The names of the migrations that the database lacks."""
    recorder = MigrationRecorder(get_connection("default"))
    loader = MigrationLoader(APPS, recorder, load=False)
    await loader.build_graph()
    applied = {key.name for key in await recorder.applied_migrations()} if await _is_recorded() else set()
    return sorted(key.name for key in loader.graph.nodes if key.name not in applied)


async def _is_recorded() -> bool:
    rows = await fetch("SELECT to_regclass('tortoise_migrations') IS NOT NULL AS there")
    return bool(rows[0]["there"])


@asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """One transaction for everything in the block, rolled back by any exception."""
    begun: Any = in_transaction("default")
    try:
        connection = await begun.__aenter__()
    except BaseException:
        # Tortoise keeps the connection of a BEGIN that failed or was cancelled: twenty such, and the pool is empty.
        if hasattr(begun, "token"):
            await begun.__aexit__(TransactionManagementError, None, None)  # with this one it rolls nothing back
        raise
    async with AsyncExitStack() as stack:
        stack.push_async_exit(begun)
        yield cast(BaseDBAsyncClient, connection)


@dataclass(frozen=True, slots=True)
class PoolState:
    """This process's connections: how many are open, how many of those are free, and how many tasks wait for one."""

    size: int
    free: int
    waiting: int


def pool_state() -> PoolState:
    """How the pool stands now; all zeros before there is one."""
    pool = cast(AsyncpgDBClient, get_connection("default"))._pool
    if pool is None:
        return PoolState(0, 0, 0)
    queue = cast(Any, pool)._queue  # asyncpg counts those who wait for nobody
    return PoolState(pool.get_size(), pool.get_idle_size(), len(queue._getters))


async def fetch(statement: str, *values: object) -> Sequence[Mapping[str, Any]]:
    """Run one SQL statement, inside the transaction if there is one, and answer its rows."""
    client = cast(AsyncpgDBClient, get_connection("default"))
    async with client.acquire_connection() as connection:
        return cast(Sequence[Mapping[str, Any]], await connection.fetch(statement, *values))


# For `tortoise makemigrations`, which compares models with migrations and needs no server.
OFFLINE = configuration({"host": "127.0.0.1", "port": 5432, "user": "", "password": "", "database": ""})
