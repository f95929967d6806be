"""The database of a command: the one that the settings name, or the embedded PostgreSQL."""

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


class PendingMigrationsError(Exception):
    """The configured database lacks migrations. The message is one line that says what to do."""


@contextmanager
def database_url_of(settings: Settings) -> Iterator[str]:
    """Yield the URL of the settings' database; start the embedded PostgreSQL for the block if it does not run."""
    if settings.database_url:
        yield settings.database_url
        return
    state_directory(settings.folder)
    with embedded_postgres(settings.postgres_data, log=settings.postgres_log) as url:
        yield url


@contextmanager
def restarting_database(settings: Settings) -> Iterator[Callable[[], None]]:
    """Yield a function that starts the embedded PostgreSQL again if it has ended, to be called from the main thread.

    It may have been killed, or another command may have started it, which has ended since.
    """
    with ExitStack() as servers:

        def check_database() -> None:
            if not settings.database_url and not is_in_use(settings.postgres_data):
                servers.enter_context(embedded_postgres(settings.postgres_data, log=settings.postgres_log))

        yield check_database


async def upgrade_database() -> None:
    """Apply the pending migrations, and write the built-in types of this version."""
    await migrate()
    await write_builtin_types()


async def run_with_database(settings: Settings, url: str, work: Callable[[], Awaitable[T]]) -> T:
    """Return the result of ``work``, run with the models bound to an up-to-date database.

    The embedded one is upgraded first. Raises PendingMigrationsError if a configured one is not up to date.
    """
    async with database(database_credentials(url)):
        if settings.database_url is None:
            await upgrade_database()
        elif pending := await pending_migrations():
            raise PendingMigrationsError(f"The database lacks {', '.join(pending)}: run `trackers migrate` first.")
        return await work()
