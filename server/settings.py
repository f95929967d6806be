"""The settings of an installation, parsed from environment variables and validated at startup."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from server.environment.variable import SettingsError
from server.environment.variables import LIMIT_VARIABLES, SECRET, VARIABLES
from server.limits import Limits
from server.setting_values import Network, SmtpServer
from server.state_directory import load_or_generate_secrets


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of an installation, which ``server.environment`` documents. The repr contains no secrets."""

    state_dir: Path
    database_url: str | None = field(repr=False)
    """None means the embedded PostgreSQL."""
    migrate_url: str | None = field(repr=False)
    """None means the embedded PostgreSQL."""
    listen_url: str | None = field(repr=False)
    """None means the embedded PostgreSQL."""
    smtp: SmtpServer | None
    """None means that email is written to ``mail_folder``."""
    mail_from: str
    secrets: tuple[bytes, ...] = field(repr=False)
    """Empty means those in the state directory: see ``signing_secrets``."""
    public_url: str
    edit_url: str
    password_url: str
    allowed_hosts: tuple[str, ...]
    """An empty tuple means any host."""
    trusted_proxies: tuple[Network, ...]
    metrics_token: str | None = field(repr=False)
    security_contact: str | None
    playground: bool
    compiled: bool
    allowed_origins: tuple[str, ...]
    passkey_domain: str | None
    """None means the host of ``public_url``."""
    sign_on_networks: tuple[Network, ...]
    files_url: str | None
    """None means that files are stored in ``files_folder``."""
    limits: Limits = field(default_factory=Limits)
    allow_local_origins: bool = False
    """Whether pages of this machine, at any port, may call the API: set in demo mode, by no variable."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Parse the environment variables. Raises SettingsError. Nothing is created on disk."""
        values: dict[str, Any] = {}
        for variable in VARIABLES:
            dependencies = {setting: values[setting] for setting in variable.depends_on}
            values[variable.setting] = variable.read(environ, **dependencies)
        _require_database(values)
        values["migrate_url"] = values["migrate_url"] or values["database_url"]
        values["listen_url"] = values["listen_url"] or values["database_url"]
        values["limits"] = _limits(environ)
        _require_secret(values)
        return cls(**values)

    def signing_secrets(self) -> tuple[bytes, ...]:
        """Return the configured secrets or, with the embedded PostgreSQL, those in the state directory.

        The first one signs, all of them verify. One is generated there if there is none. Raises SettingsError.
        """
        return self.secrets or load_or_generate_secrets(self.state_dir)

    @property
    def served_hosts(self) -> tuple[str, ...]:
        """Return the allowed hosts with that of the public URL, or an empty tuple if any is allowed."""
        public = urlsplit(self.public_url).hostname or ""
        return (*self.allowed_hosts, f"[{public}]" if ":" in public else public) if self.allowed_hosts else ()

    @property
    def links_lead_nowhere(self) -> bool:
        """Return whether the links in mail lead to the playground, which is off."""
        return not self.playground and self.edit_url == f"{self.public_url}/trackers/{{id}}"

    @property
    def postgres_data_dir(self) -> Path:
        """Return the data directory of the embedded PostgreSQL."""
        return self.state_dir / "postgres"

    def has_embedded_database(self) -> bool:
        """Return whether the embedded PostgreSQL has been created."""
        return (self.postgres_data_dir / "PG_VERSION").exists()

    @property
    def postgres_log(self) -> Path:
        """Return the log file of the embedded PostgreSQL."""
        return self.state_dir / "postgres.log"

    @property
    def mail_folder(self) -> Path:
        """Return the directory to which email is written if there is no mail server."""
        return self.state_dir / "mail"

    @property
    def files_folder(self) -> Path:
        """Return the directory for uploaded files if there is no bucket."""
        return self.state_dir / "files"


def _require_database(values: Mapping[str, Any]) -> None:
    if values["listen_url"] and not values["database_url"]:
        raise SettingsError(
            "TRACKERS_LISTEN_URL is set without TRACKERS_DATABASE_URL: it must be a direct connection to "
            "the same database"
        )
    if values["migrate_url"] and not values["database_url"]:
        raise SettingsError(
            "TRACKERS_MIGRATE_URL is set without TRACKERS_DATABASE_URL: it must be the same database, with another user"
        )


def _limits(environ: Mapping[str, str]) -> Limits:
    values: dict[str, Any] = {variable.setting: variable.read(environ) for variable in LIMIT_VARIABLES}
    limits = Limits(**values)
    if limits.cost_bucket < limits.max_cost:
        raise SettingsError(
            f"TRACKERS_COST_BUCKET is {limits.cost_bucket}: it must not be less than TRACKERS_MAX_COST, "
            f"which is {limits.max_cost}"
        )
    return limits


def _require_secret(values: Mapping[str, Any]) -> None:
    if values["database_url"] and not values["secrets"]:
        raise SettingsError(f"TRACKERS_SECRET is not set, but TRACKERS_DATABASE_URL is: set it to {SECRET.expected}")
