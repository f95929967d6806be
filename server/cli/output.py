"""Helpers that the subcommands share: consoles, access to settings and database, and one-line error messages."""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import asyncpg
import typer
from rich.console import Console
from tortoise.exceptions import DBConnectionError

from models import Organisation
from server.connection_errors import DatabaseConnectionError
from server.database import NoDatabaseError, PendingMigrationsError, database_server, run_with_database
from server.embedded_postgres.errors import EmbeddedPostgresError
from server.environment import SettingsError
from server.observability.logging import configure_logging
from server.setting_warnings import setting_warnings
from server.settings import Settings
from services.demo.fill import DatabaseNotEmptyError
from services.imports.report import UnreadableFileError
from services.kernel.errors import ValidationFailed
from services.records.organisations import find_organisation

T = TypeVar("T")

OrganisationOption = Annotated[str, typer.Option("--organisation", help="The organisation's name.")]

PUBLIC_URL = "TRACKERS_PUBLIC_URL"
_log = logging.getLogger("trackers.settings")

stdout = Console(highlight=False, soft_wrap=True, markup=False)
stderr = Console(highlight=False, soft_wrap=True, markup=False, stderr=True)

USER_ERRORS = (
    SettingsError,
    EmbeddedPostgresError,
    PendingMigrationsError,
    DatabaseConnectionError,
    DatabaseNotEmptyError,
    NoDatabaseError,
    UnreadableFileError,
)
"""Errors whose message is one line addressed to the user of the command."""


def load_settings() -> Settings:
    """Configure logging, and return the settings from the environment variables. Raises SettingsError."""
    configure_logging()
    settings = Settings.from_environment(os.environ)
    for warning in setting_warnings(os.environ, settings, Path.cwd()):
        _log.warning(warning)
    return settings


def settings_served_at(address: str) -> Settings:
    """Return the settings for a server at this address, which is the public one unless another is configured."""
    environ = {name: value for name, value in os.environ.items() if value}
    return Settings.from_environment({PUBLIC_URL: _reachable(address)} | environ)


def _reachable(address: str) -> str:
    # All addresses of this machine: its own is among them.
    return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def run(work: Callable[[], Awaitable[T]], *, writes: bool = True) -> T:
    """Run ``work`` with a connection to the database, and return its result.

    Work that only reads (``writes`` is false) neither creates nor migrates the embedded database.
    """
    settings = load_settings()
    with database_server(settings, create=writes) as url:
        return asyncio.run(run_with_database(settings, url, work, upgrade=writes))


async def require_organisation(name: str) -> Organisation:
    """Return the organisation with this name, or exit with an error if there is none."""
    organisation = await find_organisation(name)
    if organisation is None:
        fail(f"There is no organisation {name!r}.")
    return organisation


def fail(message: str, code: int = 2) -> NoReturn:
    """Print a one-line message to standard error, and exit."""
    stderr.print(message)
    sys.exit(code)


def run_app(app: Callable[[], object]) -> None:
    """Run the command, reporting errors that its user can fix as one line on standard error with exit code 2."""
    try:
        app()
    except USER_ERRORS as error:
        fail(str(error))
    except ValidationFailed as failure:
        fail(" ".join(problem.message for problem in failure.problems))
    except (
        DBConnectionError,
        asyncpg.PostgresConnectionError,
        asyncpg.InvalidAuthorizationSpecificationError,
    ) as error:
        fail(f"The database of TRACKERS_DATABASE_URL cannot be used: {type(error).__name__}.")
    except ConnectionError as error:
        fail(f"The database of TRACKERS_DATABASE_URL cannot be reached: {error.strerror or type(error).__name__}.")
