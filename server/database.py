"""The database that a command works on: the one that the settings name, or the embedded one."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from models.database import database, migrate, pending_migrations
from server.embedded_postgres.server import embedded_postgres, is_in_use
from server.setting_values import database_credentials
from server.settings import Settings
from server.state_directory import state_directory
from services.tracker_types.builtin import write_builtin_types

T = TypeVar("T")


class NotMigrated(Exception):  # noqa: N818 - told to whoever gave the command
    """The database that the settings name lacks migrations; the one line says what to do."""


@contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """The URL of the settings' database; the embedded one runs while the block does, if it did not before."""
    if settings.database_url:
        yield settings.database_url
        return
    state_directory(settings.folder)
    with embedded_postgres(settings.postgres_data, log=settings.postgres_log) as url:
        yield url


@contextmanager
def keeping_database(settings: Settings) -> Iterator[Callable[[], None]]:
    """Something to call now and then, from the main thread, lest the embedded PostgreSQL be missing for long.

    It may have been killed, or have been that of another command, which has ended: then it is started again.
    """
    with ExitStack() as begun:

        def look() -> None:
            if not settings.database_url and not is_in_use(settings.postgres_data):
                begun.enter_context(embedded_postgres(settings.postgres_data, log=settings.postgres_log))

        yield look


async def bring_up_to_date() -> None:
    """The newest migration, and the built-in types of this release."""
    await migrate()
    await write_builtin_types()


async def with_database(settings: Settings, url: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do ``work`` on a database in order: the embedded one is brought up to date, another must be already.

    Raises NotMigrated.
    """
    async with database(database_credentials(url)):
        if settings.database_url is None:
            await bring_up_to_date()
        elif lacking := await pending_migrations():
            raise NotMigrated(f"The database lacks {', '.join(lacking)}: give the command `trackers migrate` first.")
        return await work()
