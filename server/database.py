"""The database that a command uses: the configured one, or the embedded PostgreSQL."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from models.database import database, migrate, pending_migrations
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
    """Raised when the configured database lacks migrations; the one-line message says what to do."""


@contextmanager
def database_server(settings: Settings) -> Iterator[str]:
    """Yield the URL of the configured database or, if there is none, of the embedded PostgreSQL.

    The embedded PostgreSQL is started for the block unless it is already running.
    """
    if settings.database_url:
        yield settings.database_url
        return
    ensure_state_directory(settings.folder)
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
                servers.enter_context(embedded_postgres(settings.postgres_data_dir, log=settings.postgres_log))

        yield restart_if_stopped


async def upgrade_database() -> Sequence[str]:
    """Apply the pending migrations, write this version's built-in tracker types, and return what an operator must know.

    That is a sentence for each employer, programme and group that was merged with another of the same name.
    """
    corrects_names = _CORRECTS_NAMES in await pending_migrations()
    await migrate()
    await write_builtin_types()
    return await describe_name_merges() if corrects_names else ()


async def run_with_database(settings: Settings, url: str, work: Callable[[], Awaitable[T]]) -> T:
    """Run ``work`` with the models bound to an up-to-date database, and return its result.

    The embedded database is upgraded first. Raises PendingMigrationsError if a configured database is not up to date.
    """
    async with database(database_credentials(url)):
        if settings.database_url is None:
            if merges := await upgrade_database():
                _log.warning("%d employers, programmes and groups of the same name merged or renamed", len(merges))
        elif pending := await pending_migrations():
            raise PendingMigrationsError(f"The database lacks {', '.join(pending)}: run `trackers migrate` first.")
        return await work()
