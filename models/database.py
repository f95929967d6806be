"""The connection to PostgreSQL: opening and closing it, migrating, transactions, and statements in SQL."""

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
"""The connections that a process keeps open, and the most that it opens."""


def configuration(credentials: Mapping[str, object]) -> dict[str, Any]:
    """Return Tortoise's configuration for a PostgreSQL, from the arguments of ``asyncpg.connect``."""
    connection = {
        "engine": "tortoise.backends.asyncpg",
        "credentials": {**POOL, **credentials, "reset": _skip_reset},
    }
    return {"connections": {"default": connection}, "apps": APPS, "use_tz": True, "timezone": "UTC"}


async def _skip_reset(_connection: object) -> None:
    """Reset nothing, which saves a round trip after each use: no statement of ours leaves a setting, lock or cursor behind.

    asyncpg itself still rolls back the transaction of a cancelled task.
    """


@asynccontextmanager
async def database(credentials: Mapping[str, object]) -> AsyncIterator[None]:
    """Connect the models to a PostgreSQL while the block runs, for every task of the process."""
    # An ASGI lifespan runs in a context of its own; only the global fallback reaches the requests.
    await Tortoise.init(config=configuration(credentials), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


async def migrate() -> None:
    """Apply the migrations that the database lacks; of two processes at once, one waits for the other."""
    client = cast(AsyncpgDBClient, get_connection("default"))
    async with client.acquire_connection() as lock:
        await lock.execute("SELECT pg_advisory_lock(hashtext('trackers migrate'))")
        try:
            await MigrationExecutor(client, APPS).migrate()
        finally:
            await lock.execute("SELECT pg_advisory_unlock(hashtext('trackers migrate'))")


async def pending_migrations() -> Sequence[str]:
    """Return the names of the migrations that the database lacks, in order."""
    recorder = MigrationRecorder(get_connection("default"))
    loader = MigrationLoader(APPS, recorder, load=False)
    await loader.build_graph()
    applied = {key.name for key in await recorder.applied_migrations()} if await _has_migrations_table() else set()
    return sorted(key.name for key in loader.graph.nodes if key.name not in applied)


async def _has_migrations_table() -> bool:
    rows = await fetch("SELECT to_regclass('tortoise_migrations') IS NOT NULL AS there")
    return bool(rows[0]["there"])


@asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """Run the block in one transaction, which any exception rolls back."""
    transaction_context: Any = in_transaction("default")
    try:
        connection = await transaction_context.__aenter__()
    except BaseException:
        # Tortoise keeps the connection of a BEGIN that failed or was cancelled: twenty of these empty the pool.
        if hasattr(transaction_context, "token"):
            await transaction_context.__aexit__(
                TransactionManagementError, None, None
            )  # on this error it does not roll back
        raise
    async with AsyncExitStack() as stack:
        stack.push_async_exit(transaction_context)
        yield cast(BaseDBAsyncClient, connection)


@dataclass(frozen=True, slots=True)
class PoolState:
    """The connections of this process: how many are open, how many of these are free, and how many tasks wait for one."""

    size: int
    free: int
    waiting: int


def pool_state() -> PoolState:
    """Return the state of the connection pool; all zeros before there is one."""
    pool = cast(AsyncpgDBClient, get_connection("default"))._pool
    if pool is None:
        return PoolState(0, 0, 0)
    queue = cast(Any, pool)._queue  # asyncpg has no public count of the waiting tasks
    return PoolState(pool.get_size(), pool.get_idle_size(), len(queue._getters))


async def fetch(statement: str, *values: object) -> Sequence[Mapping[str, Any]]:
    """Run one SQL statement, in the current transaction if there is one, and return its rows."""
    client = cast(AsyncpgDBClient, get_connection("default"))
    async with client.acquire_connection() as connection:
        return cast(Sequence[Mapping[str, Any]], await connection.fetch(statement, *values))


# For `tortoise makemigrations`, which compares models with migrations and needs no server.
OFFLINE_CONFIGURATION = configuration({"host": "127.0.0.1", "port": 5432, "user": "", "password": "", "database": ""})
