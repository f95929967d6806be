"""The settings of an installation: the parsed values of its environment variables, checked before anything starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from server.environment import LIMIT_VARIABLES, SECRET, VARIABLES, SettingsError
from server.limits import Limits
from server.setting_values import Network, SmtpServer
from server.state_directory import stored_secret


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of an installation; ``server.environment`` documents each. The repr shows no secret."""

    folder: Path
    database_url: str | None = field(repr=False)
    """None: the embedded PostgreSQL."""
    listen_url: str | None = field(repr=False)
    """None: the embedded PostgreSQL."""
    smtp: SmtpServer | None
    """None: mail is written into ``mail_folder``."""
    mail_from: str
    secret: bytes = field(repr=False)
    public_url: str
    edit_url: str
    password_url: str
    trusted_proxies: tuple[Network, ...]
    metrics_token: str | None = field(repr=False)
    compiled: bool
    allowed_origins: tuple[str, ...]
    files_url: str | None
    """None: files are kept in ``files_folder``."""
    limits: Limits = field(default_factory=Limits)
    without_effect: tuple[str, ...] = ()
    """The names of variables that are set, but that this version has no use for."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], *, folder: Path) -> Self:
        """Return the settings that the environment variables describe.

        May create the state directory and the secret in it. Raises SettingsError.
        """
        values: dict[str, Any] = {}
        for variable in VARIABLES:
            needed = {setting: values[setting] for setting in variable.depends_on}
            values[variable.setting] = variable.read(environ, **needed)
        _require_database_for_listening(values)
        values["listen_url"] = values["listen_url"] or values["database_url"]
        values["limits"] = _limits(environ)
        values["secret"] = values["secret"] or _stored_secret(values["database_url"], folder)
        ignored = tuple(row.name for row in VARIABLES if environ.get(row.name) and not row.has_effect)
        return cls(folder=folder, without_effect=ignored, **values)

    @property
    def postgres_data(self) -> Path:
        """Return the data folder of the embedded PostgreSQL."""
        return self.folder / "var" / "postgres"

    @property
    def postgres_log(self) -> Path:
        """Return the log file of the embedded PostgreSQL."""
        return self.folder / "var" / "postgres.log"

    @property
    def mail_folder(self) -> Path:
        """Return the folder that mail is written to where there is no mail server."""
        return self.folder / "var" / "mail"

    @property
    def files_folder(self) -> Path:
        """Return the folder for uploaded files where there is no bucket."""
        return self.folder / "var" / "files"


def _require_database_for_listening(values: Mapping[str, Any]) -> None:
    if values["listen_url"] and not values["database_url"]:
        raise SettingsError(
            "TRACKERS_LISTEN_URL is set without TRACKERS_DATABASE_URL: it may only be a direct connection to "
            "the same database"
        )


def _limits(environ: Mapping[str, str]) -> Limits:
    values: dict[str, Any] = {variable.setting: variable.read(environ) for variable in LIMIT_VARIABLES}
    limits = Limits(**values)
    if limits.cost_bucket < limits.max_cost:
        raise SettingsError(
            f"TRACKERS_COST_BUCKET is {limits.cost_bucket}: it may not be less than TRACKERS_MAX_COST, "
            f"which is {limits.max_cost}"
        )
    return limits


def _stored_secret(database_url: str | None, folder: Path) -> bytes:
    if database_url:
        raise SettingsError(f"TRACKERS_SECRET is not set, but TRACKERS_DATABASE_URL is: it may hold {SECRET.expected}")
    return stored_secret(folder)
