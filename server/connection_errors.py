"""What is wrong with a connection to PostgreSQL, and what to do: one line for each way in which connecting fails."""

import socket
import ssl
from collections.abc import Mapping
from typing import Any

import asyncpg

from server.setting_values import database_credentials

_TLS_REQUIRED = (True, "require", "verify-ca", "verify-full")


class DatabaseConnectionError(Exception):
    """Raised when a configured database cannot be used; the one-line message says why and what to do."""


def connection_error(error: BaseException, url: str, variable: str) -> DatabaseConnectionError:
    """Return the error for a connection to this URL, the value of a setting, that failed with ``error``.

    The message holds host, port, user and database name, but never the password or the text of ``error``.
    """
    credentials = database_credentials(url)
    reasons = (find(error, credentials) for find in (_server_reason, _tls_reason, _network_reason))
    reason = next(filter(None, reasons), f"the database cannot be used ({type(error).__name__}).")
    return DatabaseConnectionError(f"{variable}: {reason}")


def _server_reason(error: BaseException, credentials: Mapping[str, Any]) -> str | None:
    """Return why PostgreSQL itself refuses the connection."""
    user, database = credentials["user"], credentials["database"]
    match error:
        case asyncpg.InvalidCatalogNameError():
            return f'there is no database "{database}" there. Create it (CREATE DATABASE), or correct its name.'
        case asyncpg.InvalidPasswordError():
            return (
                f'PostgreSQL refuses the password of the user "{user}". Correct it; @ : / ? # % in it are written '
                "%40 %3A %2F %3F %23 %25."
            )
        case asyncpg.InvalidAuthorizationSpecificationError():
            return (
                f'PostgreSQL does not let the user "{user}" in. Check that the user exists, and that pg_hba.conf '
                "allows them from this machine."
            )
        case asyncpg.InsufficientPrivilegeError():
            return (
                f'the user "{user}" lacks a right on the database "{database}". Let its owner grant it, or make the user '
                "its owner."
            )
        case asyncpg.TooManyConnectionsError():
            return "PostgreSQL has no connection left. Raise its max_connections, or stop other clients."
        case asyncpg.CannotConnectNowError():
            return "PostgreSQL is starting up or shutting down. Try again in a moment."
    return None


def _place(credentials: Mapping[str, Any]) -> str:
    host, port = credentials["host"], credentials["port"]
    return f"the socket in {host}" if host.startswith("/") else f"{host}, port {port}"


def _tls_reason(error: BaseException, credentials: Mapping[str, Any]) -> str | None:
    """Return why the connection cannot be encrypted as its sslmode asks."""
    place = _place(credentials)
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of {place} is not trusted. Set PGSSLROOTCERT to the file of its authority. "
                "?sslmode=require in the URL would encrypt without checking it."
            )
        case asyncpg.ClientConfigurationError():
            return "its sslmode needs a certificate authority. Set PGSSLROOTCERT to its file, or use another sslmode."
        case ssl.SSLError():
            return f"TLS with {place} fails ({error.reason}). Check its sslmode, and the port."
        case ConnectionError() if "SSL" in str(error) and credentials.get("ssl") in _TLS_REQUIRED:
            return f"{place} offers no TLS. Turn it on there; ?sslmode=disable in the URL would do without."
    return None


def _network_reason(error: BaseException, credentials: Mapping[str, Any]) -> str | None:
    """Return why PostgreSQL cannot be reached."""
    host, port = credentials["host"], credentials["port"]
    place = _place(credentials)
    match error:
        case socket.gaierror() | UnicodeError():
            return f"the host name {host} is unknown. Correct it, or the name server of this machine."
        case ConnectionRefusedError():
            return f"nothing listens on {place}. Start PostgreSQL there, or correct host and port."
        case FileNotFoundError() | NotADirectoryError() if host.startswith("/"):
            return (
                f"there is no socket of PostgreSQL in {host} (.s.PGSQL.{port}). Start PostgreSQL, or correct the path."
            )
        case PermissionError() if host.startswith("/"):
            return f"this user may not open {place}. Run this as another user, or open the folder to this one."
        case TimeoutError():
            return f"{place} does not answer. Check host, port and firewall."
        case OSError() if "too long" in str(error):
            return f"the path of {place} is too long: a socket's path has at most 107 bytes. Use a shorter one."
        case ConnectionError() | asyncpg.PostgresConnectionError() | asyncpg.InternalClientError():
            return f"what listens on {place} does not answer as PostgreSQL does. Correct host and port."
        case OSError():
            return (
                f"{place} cannot be reached ({error.strerror or type(error).__name__}). Check host, port and network."
            )
    return None
