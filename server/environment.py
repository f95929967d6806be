"""The environment variables of an installation: one row each, with its form, default and meaning.

``server.settings`` reads them, and ``server.settings_reference`` renders ``docs/reference/settings.md`` from them.
How the values of each form are parsed is in ``server.setting_values``.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial

from server import setting_values
from server.limits import Limits

MAX_LIMIT = 1_000_000_000
"""The highest value of a limit; it is as good as none."""
MIN_SECRET_BYTES = 32
"""The output of the SHA-256 that signs tokens (RFC 7518, section 3.2)."""


class SettingsError(Exception):
    """A setting that cannot be used. The message is one line: the variable, its value and the values it accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An environment variable: how its text is parsed, and what the reference of settings says about it."""

    name: str
    setting: str
    """The attribute of ``Settings`` or ``Limits`` that it sets."""
    parse: Callable[..., object]
    """Takes the text, and the settings that ``depends_on`` names as keywords. Raises ValueError or LookupError."""
    expected: str
    """The form of its text."""
    meaning: str
    """In Markdown, for an operator."""
    default: str = ""
    """The text that an unset variable stands for; empty: the setting is ``absent``."""
    absent: object = None
    absent_meaning: str = "none"
    """What an absent setting means, in Markdown."""
    depends_on: tuple[str, ...] = ()
    show: Callable[[str], str] = setting_values.without_secrets
    """Returns a wrong text as an error message may quote it."""
    has_effect: bool = True
    """False for a variable that is checked, but that this version has no use for."""

    def read(self, environ: Mapping[str, str], **settings: object) -> object:
        """Return the value of the setting; an empty variable counts as unset. Raises SettingsError."""
        text = environ.get(self.name) or self.default
        if not text:
            return self.absent
        try:
            return self.parse(text, **settings)
        except (ValueError, LookupError):
            raise SettingsError(f"{self.name} holds {self.show(text)}: it may hold {self.expected}") from None


def _switch(text: str) -> bool:
    return {"0": False, "1": True}[text]


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= MAX_LIMIT):
        raise ValueError
    return int(text)


def _bearer_token(text: str) -> str:
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError
    return text


def _secret(text: str) -> bytes:
    secret = os.fsencode(text)
    if len(secret) < MIN_SECRET_BYTES:
        raise ValueError
    return secret


def _byte_count(text: str) -> str:
    return f"{len(os.fsencode(text))} bytes that are not shown"


_DATABASE = "postgres://user:password@host:port/name, which may be followed by ?sslmode= or, for a socket, ?host="
_LINK = "an http or https address with {%s} in it, which may begin with {public_url}"

SECRET = Variable(
    name="TRACKERS_SECRET",
    setting="secret",
    parse=_secret,
    expected=f"{MIN_SECRET_BYTES} bytes or more that nobody can guess",
    meaning="Signs access tokens and the addresses of files. Required where `TRACKERS_DATABASE_URL` is set.",
    absent_meaning="generated into `var/secret`, with the embedded PostgreSQL",
    show=_byte_count,
)

VARIABLES = (
    Variable(
        name="TRACKERS_DATABASE_URL",
        setting="database_url",
        parse=setting_values.database_url,
        expected=_DATABASE,
        meaning="The database: PostgreSQL 15 or newer.",
        absent_meaning="the embedded PostgreSQL, with its data in `var/postgres`",
    ),
    Variable(
        name="TRACKERS_LISTEN_URL",
        setting="listen_url",
        parse=setting_values.database_url,
        expected=_DATABASE,
        meaning="A direct connection to the same database for `LISTEN`, where a transaction pooler stands before it.",
        absent_meaning="`TRACKERS_DATABASE_URL`",
    ),
    Variable(
        name="TRACKERS_SMTP_URL",
        setting="smtp",
        parse=setting_values.smtp_server,
        expected="smtp://user:password@host:587, smtp+starttls://… or smtps://…, where user and password may be left out",
        meaning="The mail server.",
        absent_meaning="mail is written to `var/mail` as `.eml` files",
    ),
    Variable(
        name="TRACKERS_MAIL_FROM",
        setting="mail_from",
        parse=setting_values.mail_address,
        expected="an address such as trackers@example.org",
        meaning="The sender of mail.",
        default="trackers@localhost",
        show=repr,
    ),
    SECRET,
    Variable(
        name="TRACKERS_PUBLIC_URL",
        setting="public_url",
        parse=setting_values.public_address,
        expected="an http or https address without a slash at its end",
        meaning="The address at which clients reach the server.",
        default="http://127.0.0.1:8000",
    ),
    Variable(
        name="TRACKERS_EDIT_URL",
        setting="edit_url",
        parse=partial(setting_values.link_pattern, placeholder="id"),
        expected=_LINK % "id",
        meaning="The link in notifications: your Edit Tracker page. `{id}` is the global id of the tracker, URL-encoded.",
        default="{public_url}/trackers/{id}",
        depends_on=("public_url",),
    ),
    Variable(
        name="TRACKERS_PASSWORD_URL",
        setting="password_url",
        parse=partial(setting_values.link_pattern, placeholder="token"),
        expected=_LINK % "token",
        meaning="The link in invitations and password resets. `{token}` is the one-time token, URL-encoded.",
        default="{public_url}/password#token={token}",
        depends_on=("public_url",),
    ),
    Variable(
        name="TRACKERS_FILES_URL",
        setting="files_url",
        parse=setting_values.bucket,
        expected="s3://bucket or s3://bucket/prefix",
        meaning="The bucket for uploaded files, of any S3-compatible store.",
        absent_meaning="files are kept in `var/files`",
    ),
    Variable(
        name="TRACKERS_ALLOWED_ORIGINS",
        setting="allowed_origins",
        parse=setting_values.origins,
        expected="origins with commas between, such as https://app.example.org, http://localhost:3000",
        meaning="The origins of web pages that may call the API: for CORS and the `Origin` check of WebSockets.",
        absent=(),
    ),
    Variable(
        name="TRACKERS_TRUSTED_PROXIES",
        setting="trusted_proxies",
        parse=setting_values.networks,
        expected="IP addresses and networks with commas between, such as 10.0.0.7, 10.1.0.0/16",
        meaning="The only proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
        absent=(),
        show=repr,
    ),
    Variable(
        name="TRACKERS_METRICS_TOKEN",
        setting="metrics_token",
        parse=_bearer_token,
        expected="visible ASCII characters without a space",
        meaning="The bearer token for `/metrics`.",
        absent_meaning="none: `/metrics` answers this machine alone",
        show=_byte_count,
    ),
    Variable(
        name="TRACKERS_COMPILED",
        setting="compiled",
        parse=_switch,
        expected="0 or 1",
        meaning="Turns the compiled executor on (`1`) or off (`0`).",
        default="1",
        show=repr,
        has_effect=False,
    ),
)

LIMIT_VARIABLES = tuple(
    Variable(
        name=f"TRACKERS_{limit.name.upper()}",
        setting=limit.name,
        parse=_limit,
        expected=f"a whole number from 1 to {MAX_LIMIT}",
        meaning=limit.metadata["meaning"],
        default=str(limit.default),
        show=repr,
    )
    for limit in fields(Limits)
)
