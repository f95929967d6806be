"""The PostgreSQL connection pool, migrations, transactions, and execution of SQL statements."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from tortoise import Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import TransactionManagementError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.transactions import in_transaction

from models.wake_ups import sending_wake_ups, sent_after_commit

APPS: dict[str, dict[str, Any]] = {
    "models": {"models": ["models"], "migrations": "models.migrations", "default_connection": "default"}
}

POOL_SIZE = {"minsize": 2, "maxsize": 20}
"""The minimum and maximum number of connections in the pool of each process."""


def configuration(credentials: Mapping[str, object]) -> dict[str, Any]:
    """Return the Tortoise configuration for a database, given keyword arguments of ``asyncpg.connect``."""
    connection = {
        "engine": "models.pool",
        "credentials": {**POOL_SIZE, **credentials, "reset": _skip_reset},
    }
    return {"connections": {"default": connection}, "apps": APPS, "use_tz": True, "timezone": "UTC"}


async def _skip_reset(_connection: object) -> None:
    """Skip the session reset that asyncpg runs when a connection is released, which saves a round trip.

    This is safe because no statement of this application leaves a setting, lock or cursor behind. asyncpg still rolls
    back the transaction of a cancelled task.
    """


@dataclass(frozen=True, slots=True)
class StatementLimits:
    """The limits that PostgreSQL itself puts on what a process does, even if the process no longer can."""

    statement_seconds: float
    """What a statement may take, waiting for locks included. It then fails with ``QueryCanceledError``."""
    idle_seconds: float
    """How long a transaction may wait for its next statement before its connection is closed."""

    @property
    def server_settings(self) -> dict[str, str]:
        """Return PostgreSQL's settings, which are in milliseconds."""
        return {
            "statement_timeout": f"{max(1, round(self.statement_seconds * 1000))}",
            "idle_in_transaction_session_timeout": f"{max(1, round(self.idle_seconds * 1000))}",
        }


@asynccontextmanager
async def database(credentials: Mapping[str, object], limits: StatementLimits | None = None) -> AsyncIterator[None]:
    """Connect the models to a database, for every task in the process, until the block exits.

    Without ``limits``, statements may take as long as they need, as those of migrations and imports do.
    """
    pooled = credentials if limits is None else {**credentials, "server_settings": limits.server_settings}
    # An ASGI lifespan runs in its own context; requests see the connection only through the global fallback.
    await Tortoise.init(config=configuration(pooled), _enable_global_fallback=True)
    try:
        async with sending_wake_ups(credentials):
            yield
    finally:
        await Tortoise.close_connections()


@asynccontextmanager
async def own_connections(credentials: Mapping[str, object], *, size: int) -> AsyncIterator[None]:
    """Give the current task, and the tasks that it starts in the block, a pool of at most ``size`` connections.

    A thread with an event loop of its own needs it, because a connection belongs to a loop. ``database`` must have
    initialised the models.
    """
    options = {**credentials, "minsize": 1, "maxsize": size}
    async with TortoiseContext() as context:
        await context.connections._init(configuration(options)["connections"], create_db=False)
        yield


async def migrate() -> Sequence[str]:
    """Apply the pending migrations and return their names, in order.

    This is done under an advisory lock, so that concurrent processes take turns.
    """
    client = cast(AsyncpgDBClient, get_connection("default"))
    async with client.acquire_connection() as lock_connection:
        await lock_connection.execute("SELECT pg_advisory_lock(hashtext('trackers migrate'))")
        try:
            pending = await pending_migrations()
            await MigrationExecutor(client, APPS).migrate()
            return pending
        finally:
            await lock_connection.execute("SELECT pg_advisory_unlock(hashtext('trackers migrate'))")


async def pending_migrations() -> Sequence[str]:
    """Return the names of the migrations that have not been applied to the database, in order."""
    recorder = MigrationRecorder(get_connection("default"))
    loader = MigrationLoader(APPS, recorder, load=False)
    await loader.build_graph()
    applied_names = (
        {key.name for key in await recorder.applied_migrations()} if await _has_migrations_table() else set()
    )
    return sorted(key.name for key in loader.graph.nodes if key.name not in applied_names)


async def _has_migrations_table() -> bool:
    rows = await fetch("SELECT to_regclass('tortoise_migrations') IS NOT NULL AS has_table")
    return bool(rows[0]["has_table"])


@asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """Run the block in a transaction, which is rolled back if the block raises an exception.

    Wake-ups that the block announces are sent after the commit.
    """
    transaction_context: Any = in_transaction("default")
    try:
        connection = await transaction_context.__aenter__()
    except BaseException:
        # Tortoise does not release the connection if BEGIN fails or is cancelled, which would exhaust the pool.
        if hasattr(transaction_context, "token"):
            await transaction_context.__aexit__(
                TransactionManagementError, None, None
            )  # on this error it does not roll back
        raise
    with sent_after_commit() as wake_ups:
        async with AsyncExitStack() as stack:
            stack.push_async_exit(transaction_context)
            yield cast(BaseDBAsyncClient, connection)
            wake_ups.complete = True


@asynccontextmanager
async def unlimited_transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """Run the block in a transaction whose statements may take as long as they need: the deletions of a worker."""
    async with transaction() as connection:
        await fetch("SET LOCAL statement_timeout = 0")
        yield connection


@dataclass(frozen=True, slots=True)
class PoolState:
    """The open and idle connections of this process's pool, and the number of tasks waiting for a connection."""

    size: int
    free: int
    waiting: int


def pool_state() -> PoolState:
    """Return the state of the connection pool; all counts are zero if the pool has not been created yet."""
    pool = cast(AsyncpgDBClient, get_connection("default"))._pool
    if pool is None:
        return PoolState(0, 0, 0)
    queue = cast(Any, pool)._queue  # asyncpg has no public count of the waiting tasks
    waiting = len(queue._getters) + cast(Any, pool).shares.waiting
    return PoolState(pool.get_size(), pool.get_idle_size(), waiting)


async def fetch(statement: str, *values: object) -> Sequence[Mapping[str, Any]]:
    """Execute an SQL statement and return its rows. The statement joins the current transaction, if there is one."""
    client = cast(AsyncpgDBClient, get_connection("default"))
    if isinstance(client, TransactionWrapper) or client._pool is None:
        async with client.acquire_connection() as connection:
            return cast(Sequence[Mapping[str, Any]], await connection.fetch(statement, *values))
    return cast(Sequence[Mapping[str, Any]], await client._pool.fetch(statement, *values))


# For `tortoise makemigrations`, which compares the models with the migrations and does not connect to a server.
OFFLINE_CONFIGURATION = configuration({"host": "127.0.0.1", "port": 5432, "user": "", "password": "", "database": ""})
