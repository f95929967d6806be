"""The database that a command uses: the configured one, or the embedded PostgreSQL."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import NamedTuple, TypeVar

import asyncpg
from tortoise.exceptions import OperationalError

from models.database import database, migrate, pending_migrations
from models.grants import grant_serving_rights
from server.connection_errors import connection_error
from server.database_check import DATABASE, MIGRATE, check_database
from server.embedded_postgres.server import embedded_postgres, is_in_use
from server.setting_values import database_credentials
from server.settings import Settings
from server.state_directory import ensure_state_directory
from services.records.name_merges import describe_name_merges
from services.tracker_types.builtin import write_builtin_types

T = TypeVar("T")

_log = logging.getLogger("trackers.database")
_CORRECTS_NAMES = "0008_names"


class PendingMigrationsError(Exception):
    """Raised when the database lacks migrations; the one-line message says what to do."""


class ServingRoleError(Exception):
    """Raised when the role that serves cannot be given its rights; the one-line message says what to do."""


class NoDatabaseError(Exception):
    """Raised when a command that creates nothing finds no database; the one-line message says what to do."""


@contextmanager
def database_server(settings: Settings, *, create: bool = True) -> Iterator[str]:
    """Yield the URL of the configured database or, if there is none, of the embedded PostgreSQL.

    The embedded PostgreSQL is started for the block unless it is already running. Without ``create``, raises
    NoDatabaseError if it has no data yet.
    """
    if settings.database_url:
        yield settings.database_url
        return
    if not create and not settings.has_embedded_database():
        raise NoDatabaseError(
            f"There is no database in {settings.state_dir} yet: `trackers serve` creates one. If yours is elsewhere, "
            f"set TRACKERS_DATABASE_URL or TRACKERS_STATE_DIR."
        )
    ensure_state_directory(settings.state_dir)
    with embedded_postgres(settings.postgres_data_dir, log=settings.postgres_log) as url:
        yield url


@contextmanager
def database_restarter(settings: Settings) -> Iterator[Callable[[], None]]:
    """Yield a callable that restarts the embedded PostgreSQL if it has stopped. Call it from the main thread.

    PostgreSQL may have been killed, or it may have stopped together with another command that had started it.
    """
    with ExitStack() as servers:

        def restart_if_stopped() -> None:
            if not settings.database_url and not is_in_use(settings.postgres_data_dir):
                _log.warning("the embedded PostgreSQL has stopped, and is started again")
                servers.enter_context(embedded_postgres(settings.postgres_data_dir, log=settings.postgres_log))

        yield restart_if_stopped


@asynccontextmanager
async def connected_database(settings: Settings, url: str, variable: str = DATABASE) -> AsyncIterator[None]:
    """Bind the models to the database during the block. Raises DatabaseConnectionError if it cannot be connected to.

    ``variable`` is the setting that holds the URL.
    """
    if settings.database_url:
        await check_database(url, variable)
    try:
        async with database(database_credentials(url)):
            yield
    except (OperationalError, asyncpg.InsufficientPrivilegeError) as error:
        cause = error.__cause__ or error  # Tortoise wraps some of PostgreSQL's errors
        if not isinstance(cause, asyncpg.InsufficientPrivilegeError):
            raise
        raise connection_error(cause, url, variable) from error


class Upgrade(NamedTuple):
    """What an upgrade of the database did, in lines for the operator."""

    done: Sequence[str]
    """A line for each migration, and one for the built-in tracker types."""
    merges: Sequence[str]
    """A line with the names of each employer, programme and group that was merged with another of the same name."""


async def migrate_configured(settings: Settings) -> Upgrade:
    """Upgrade the configured database as the role of ``migrate_url``, and grant what serving needs to the other role.

    Raises DatabaseConnectionError, and ServingRoleError if the roles' databases or the serving role are not as needed.
    """
    assert settings.database_url
    assert settings.migrate_url
    async with connected_database(settings, settings.migrate_url, MIGRATE if _has_two_roles(settings) else DATABASE):
        upgrade = await upgrade_database()
        if not _has_two_roles(settings):
            return upgrade
        user = database_credentials(settings.database_url)["user"]
        try:
            await grant_serving_rights(user)
        except asyncpg.UndefinedObjectError:
            raise ServingRoleError(
                f'TRACKERS_DATABASE_URL: there is no user "{user}". Create it (CREATE ROLE … LOGIN), and run '
                "`trackers migrate` again."
            ) from None
    async with connected_database(settings, settings.database_url):
        if await pending_migrations():
            raise ServingRoleError("TRACKERS_MIGRATE_URL and TRACKERS_DATABASE_URL are not the same database.")
    return upgrade._replace(done=(*upgrade.done, f"Granted the user {user} what serving needs."))


def _has_two_roles(settings: Settings) -> bool:
    assert settings.database_url
    assert settings.migrate_url
    owner, serving = map(database_credentials, (settings.migrate_url, settings.database_url))
    return bool(owner["user"] != serving["user"])


async def upgrade_database() -> Upgrade:
    """Apply the pending migrations, write this version's built-in tracker types, and return what was done."""
    applied = await migrate()
    done = [f"Applied the migration {name}." for name in applied]
    if keys := await write_builtin_types():
        done.append(f"Updated the built-in tracker types {', '.join(keys)}.")
    return Upgrade(done, await describe_name_merges() if _CORRECTS_NAMES in applied else ())


async def run_with_database(
    settings: Settings, url: str, work: Callable[[], Awaitable[T]], *, upgrade: bool = True
) -> T:
    """Run ``work`` with the models bound to an up-to-date database, and return its result.

    The embedded database is upgraded first, with ``upgrade``. Otherwise, raises PendingMigrationsError if the database
    is not up to date. Raises DatabaseConnectionError too.
    """
    async with connected_database(settings, url):
        if settings.database_url is None and upgrade:
            if merges := (await upgrade_database()).merges:
                _log.warning(
                    "%d employers, programmes and groups of the same name were merged or renamed: "
                    "`trackers migrate --merges` says which",
                    len(merges),
                )
        elif pending := await pending_migrations():
            raise PendingMigrationsError(f"The database lacks {', '.join(pending)}: run `trackers migrate` first.")
        return await work()
