"""The errors that the user of a command can fix, and the lines that say what they are."""

import asyncpg
from tortoise.exceptions import DBConnectionError

from server.connection_errors import DatabaseConnectionError
from server.database import NoDatabaseError, PendingMigrationsError, ServingRoleError
from server.embedded_postgres.errors import EmbeddedPostgresError
from server.environment.variable import SettingsError
from services.demo.fill import DatabaseNotEmptyError
from services.imports.report import UnreadableFileError
from services.kernel.errors import ValidationFailed

_USER_ERRORS = (
    SettingsError,
    EmbeddedPostgresError,
    PendingMigrationsError,
    DatabaseConnectionError,
    DatabaseNotEmptyError,
    NoDatabaseError,
    ServingRoleError,
    UnreadableFileError,
)
"""Errors whose message is one line addressed to the user of the command."""
_UNUSABLE = (DBConnectionError, asyncpg.PostgresConnectionError, asyncpg.InvalidAuthorizationSpecificationError)


def describe_error(error: Exception) -> str | None:
    """Return the line that tells the user of an error; None if it is not theirs to fix."""
    if isinstance(error, _USER_ERRORS):
        return str(error)
    if isinstance(error, ValidationFailed):
        return " ".join(problem.message for problem in error.problems)
    if isinstance(error, _UNUSABLE):
        return f"The database of TRACKERS_DATABASE_URL cannot be used: {type(error).__name__}."
    if isinstance(error, ConnectionError):
        return f"The database of TRACKERS_DATABASE_URL cannot be reached: {error.strerror or type(error).__name__}."
    return None
