"""How commands speak: on standard output what was asked for, on standard error what went wrong."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import asyncpg
from rich.console import Console
from tortoise.exceptions import DBConnectionError

from models import Organisation
from server.database import NotMigrated, database_of, with_database
from server.embedded_postgres.errors import EmbeddedPostgresError
from server.environment import SettingsError
from server.observability.logging import configure_logging
from server.settings import Settings
from services.demo.fill import DatabaseNotEmptyError
from services.imports.report import UnreadableFileError
from services.kernel.errors import ValidationFailed
from services.records.organisations import find_organisation

T = TypeVar("T")

out = Console(highlight=False, soft_wrap=True, markup=False)
told = Console(highlight=False, soft_wrap=True, markup=False, stderr=True)

UNSERVED = (SettingsError, EmbeddedPostgresError, NotMigrated, DatabaseNotEmptyError, UnreadableFileError)
"""Errors whose text is one line for whoever gave the command."""


def settings() -> Settings:
    """The settings of the environment, for the present folder."""
    configure_logging()
    return Settings.from_environment(os.environ, folder=Path.cwd())


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Do ``work`` on the settings' database."""
    chosen = settings()
    with database_of(chosen) as url:
        return asyncio.run(with_database(chosen, url, work))


async def organisation(name: str) -> Organisation:
    """The organisation that somebody named; ends the command if there is none."""
    found = await find_organisation(name)
    if found is None:
        stop(f"There is no organisation {name!r}.")
    return found


def stop(message: str, code: int = 2) -> NoReturn:
    """End the command with one line on standard error."""
    told.print(message)
    sys.exit(code)


def explain(command: Callable[[], object]) -> None:
    """Run a command; an error that its user can do something about becomes one line and exit code 2."""
    try:
        command()
    except UNSERVED as error:
        stop(str(error))
    except ValidationFailed as rejected:
        stop(" ".join(problem.message for problem in rejected.problems))
    except (
        DBConnectionError,
        asyncpg.PostgresConnectionError,
        asyncpg.InvalidAuthorizationSpecificationError,
    ) as error:
        stop(f"The database that TRACKERS_DATABASE_URL names cannot be used: {type(error).__name__}.")
    except ConnectionError as error:
        stop(
            f"The database that TRACKERS_DATABASE_URL names cannot be reached: {error.strerror or type(error).__name__}."
        )
