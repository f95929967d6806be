"""Helpers that the subcommands share: consoles, and access to settings and database."""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn, TypeVar

from rich.console import Console

from models import Organisation
from server.cli.setting_warnings import setting_warnings
from server.database import database_server, run_with_database
from server.observability.logging import configure_logging
from server.settings import Settings
from services.records.organisations import find_organisation

T = TypeVar("T")

PUBLIC_URL = "TRACKERS_PUBLIC_URL"
_log = logging.getLogger("trackers.settings")

stdout = Console(highlight=False, soft_wrap=True, markup=False)
stderr = Console(highlight=False, soft_wrap=True, markup=False, stderr=True)


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
