"""The settings: what the environment's TRACKERS_… variables hold, judged once, before anything starts.

One row of `_VARIABLES` a variable. How addresses are written is in `addresses`.
"""

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple, Self

from server import setting_values
from server.limits import Limits
from server.setting_values import Network, SmtpServer

MOST = 1_000_000_000  # of any limit: so many are none
SHORTEST_SECRET = 32  # bytes, the output of the SHA-256 that signs (RFC 7518, section 3.2)


class SettingsError(Exception):
    """A variable holds what it may not; the one line names it, what it holds and what it may hold."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an installation can be told. Secrets are left out of the repr."""

    folder: Path
    database_url: str | None = field(repr=False)
    """None: the embedded PostgreSQL."""
    listen_url: str | None = field(repr=False)
    """A direct connection to the same database; None: the embedded PostgreSQL."""
    smtp: SmtpServer | None
    """None: mail is written into `mail_folder`."""
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
    """A bucket; None: files lie in `files_folder`."""
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], *, folder: Path) -> Self:
        """Reads every variable; an empty one counts as absent. May make the state directory and its secret.

        Raises SettingsError.
        """
        values: dict[str, Any] = {
            variable.attribute: _read(environ, name, variable) for name, variable in _VARIABLES.items()
        }
        public_url = values["public_url"]
        for name, (attribute, placeholder, default) in _LINKS.items():
            values[attribute] = _link(environ.get(name) or default, name, public_url, placeholder)
        if values["listen_url"] and not values["database_url"]:
            raise SettingsError(
                "TRACKERS_LISTEN_URL is set without TRACKERS_DATABASE_URL: it may only be a direct connection to "
                "the same database"
            )
        values["listen_url"] = values["listen_url"] or values["database_url"]
        values["limits"] = _limits(environ)
        values["secret"] = _secret(environ, folder, embedded=values["database_url"] is None)
        return cls(folder=folder, **values)

    @property
    def postgres_data(self) -> Path:
        """Where the embedded PostgreSQL keeps its data."""
        return self.folder / "var" / "postgres"

    @property
    def postgres_log(self) -> Path:
        """What the embedded PostgreSQL says."""
        return self.folder / "var" / "postgres.log"

    @property
    def mail_folder(self) -> Path:
        """Where mail is written without a mail server."""
        return self.folder / "var" / "mail"

    @property
    def files_folder(self) -> Path:
        """Where uploaded files lie without a bucket."""
        return self.folder / "var" / "files"


def state_directory(folder: Path) -> Path:
    """`var` in the project's folder, made where it is absent, open to its owner alone. Raises SettingsError."""
    state = folder / "var"
    try:
        state.mkdir(mode=0o700, exist_ok=True)
        if state.stat().st_mode & 0o777 != 0o700:
            state.chmod(0o700)
    except OSError as error:
        raise SettingsError(f"The state directory cannot be used: {error}") from error
    return state


class _Variable(NamedTuple):
    attribute: str
    parse: Callable[[str], object]
    expected: str
    default: object = None
    show: Callable[[str], str] = setting_values.without_secrets


def _switch(text: str) -> bool:
    return {"0": False, "1": True}[text]


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= MOST):
        raise ValueError
    return int(text)


def _bearer_token(text: str) -> str:
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError
    return text


def _hidden(text: str) -> str:
    return f"{len(os.fsencode(text))} bytes that are not shown"


_DATABASE = "postgres://user:password@host:port/name, which may be followed by ?sslmode= or, for a socket, ?host="
_VARIABLES = {
    "TRACKERS_DATABASE_URL": _Variable("database_url", setting_values.database_url, _DATABASE),
    "TRACKERS_LISTEN_URL": _Variable("listen_url", setting_values.database_url, _DATABASE),
    "TRACKERS_SMTP_URL": _Variable(
        "smtp",
        setting_values.smtp_server,
        "smtp://user:password@host:587, smtp+starttls://… or smtps://…, where user and password may be left out",
    ),
    "TRACKERS_MAIL_FROM": _Variable(
        "mail_from", setting_values.mail_address, "an address such as trackers@example.org", "trackers@localhost", repr
    ),
    "TRACKERS_PUBLIC_URL": _Variable(
        "public_url",
        setting_values.public_address,
        "an http or https address without a slash at its end",
        "http://127.0.0.1:8000",
    ),
    "TRACKERS_TRUSTED_PROXIES": _Variable(
        "trusted_proxies",
        setting_values.networks,
        "IP addresses and networks with commas between, such as 10.0.0.7, 10.1.0.0/16",
        (),
        repr,
    ),
    "TRACKERS_METRICS_TOKEN": _Variable(
        "metrics_token", _bearer_token, "visible ASCII characters without a space", show=_hidden
    ),
    "TRACKERS_COMPILED": _Variable("compiled", _switch, "0 or 1", True, repr),
    "TRACKERS_ALLOWED_ORIGINS": _Variable(
        "allowed_origins",
        setting_values.origins,
        "origins with commas between, such as https://app.example.org, http://localhost:3000",
        (),
    ),
    "TRACKERS_FILES_URL": _Variable("files_url", setting_values.bucket, "s3://bucket or s3://bucket/prefix"),
}
_LINKS = {
    "TRACKERS_EDIT_URL": ("edit_url", "id", "{public_url}/trackers/{id}"),
    "TRACKERS_PASSWORD_URL": ("password_url", "token", "{public_url}/password#token={token}"),
}


def _read(environ: Mapping[str, str], name: str, variable: _Variable) -> object:
    text = environ.get(name)
    if not text:
        return variable.default
    try:
        return variable.parse(text)
    except (ValueError, LookupError):
        raise SettingsError(f"{name} holds {variable.show(text)}: it may hold {variable.expected}") from None


def _limits(environ: Mapping[str, str]) -> Limits:
    """One variable a limit: its name in capitals behind `TRACKERS_`."""
    found: dict[str, Any] = {}
    for limit in fields(Limits):
        expected = f"a whole number from 1 to {MOST}"
        variable = _Variable(limit.name, _whole_number, expected, limit.default, repr)
        found[limit.name] = _read(environ, f"TRACKERS_{limit.name.upper()}", variable)
    limits = Limits(**found)
    if limits.cost_bucket < limits.max_cost:
        raise SettingsError(
            f"TRACKERS_COST_BUCKET is {limits.cost_bucket}: it may not be less than TRACKERS_MAX_COST, "
            f"which is {limits.max_cost}"
        )
    return limits


def _link(text: str, name: str, public_url: str, placeholder: str) -> str:
    try:
        return setting_values.link_pattern(text, public_url=public_url, placeholder=placeholder)
    except ValueError:
        shown = setting_values.without_secrets(text)
        expected = f"an http or https address with {{{placeholder}}} in it, which may begin with {{public_url}}"
        raise SettingsError(f"{name} holds {shown}: it may hold {expected}") from None


def _secret(environ: Mapping[str, str], folder: Path, *, embedded: bool) -> bytes:
    name, expected = "TRACKERS_SECRET", f"{SHORTEST_SECRET} bytes or more that nobody can guess"
    if text := environ.get(name):
        if len(os.fsencode(text)) < SHORTEST_SECRET:
            raise SettingsError(f"{name} holds {_hidden(text)}: it may hold {expected}")
        return os.fsencode(text)
    if not embedded:
        raise SettingsError(f"{name} is not set, but TRACKERS_DATABASE_URL is: it may hold {expected}")
    path = state_directory(folder) / "secret"
    try:
        if not path.exists():
            _generate(path)
        found = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"The secret cannot be used: {error}") from error
    if len(found) < SHORTEST_SECRET:
        raise SettingsError(f"{path} holds {len(found)} bytes: it may hold {expected}; removed, it is made anew")
    return found


def _generate(path: Path) -> None:
    """Makes the secret's file appear whole, mode 600; where several do so at once, the first one's stays."""
    descriptor, made = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(descriptor)
        path.hardlink_to(made)
    except FileExistsError:
        pass
    finally:
        Path(made).unlink()
