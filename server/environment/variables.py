"""The table of environment variables."""

from dataclasses import fields
from functools import partial
from pathlib import Path

from server import setting_values
from server.environment import parsers
from server.environment.variable import Variable
from server.limits import Limits

_DATABASE_FORMAT = (
    "postgres://user:password@host:port/name, which may be followed by ?sslmode= (verify-full by default, but for this "
    "machine's own) or, for a socket, ?host=; @ : / ? # % "
    "in a password are written %40 %3A %2F %3F %23 %25"
)
_LINK_FORMAT = "an http or https address with {%s} in it, which may begin with {public_url}"

SECRET = Variable(
    name="TRACKERS_SECRET",
    setting="secrets",
    parse=parsers.parse_secrets,
    expected=f"{parsers.MIN_SECRET_BYTES} bytes or more that nobody can guess, or several such secrets with commas between",
    meaning=(
        "Signs tokens and the addresses of files, and encrypts keys of second factors and secrets of single sign-on. Of several, the first one "
        "signs and encrypts, and all of them verify and decrypt: see [how to rotate it](operate/secrets.md). Required "
        "where `TRACKERS_DATABASE_URL` is set."
    ),
    absent=(),
    absent_meaning="generated into `var/secret`, with the embedded PostgreSQL",
    show=parsers.byte_count,
)

STATE_DIR = Variable(
    name="TRACKERS_STATE_DIR",
    setting="state_dir",
    parse=setting_values.absolute_folder,
    expected="the absolute path of a folder, such as /var/lib/trackers",
    meaning="The state directory, `var` below: what the server keeps outside a configured database, mail server and bucket.",
    absent=Path(__file__).resolve().parents[2] / "var",
    absent_meaning="`var` in the project's own folder, wherever a command is run",
    show=repr,
)

VARIABLES = (
    STATE_DIR,
    Variable(
        name="TRACKERS_DATABASE_URL",
        setting="database_url",
        parse=setting_values.database_url,
        expected=_DATABASE_FORMAT,
        meaning="The database: PostgreSQL 15 or newer.",
        absent_meaning="the embedded PostgreSQL, with its data in `var/postgres`",
    ),
    Variable(
        name="TRACKERS_MIGRATE_URL",
        setting="migrate_url",
        parse=setting_values.database_url,
        expected=_DATABASE_FORMAT,
        meaning=(
            "The same database as the role that owns the tables, for `trackers migrate` alone. Then the role of "
            "`TRACKERS_DATABASE_URL` can change neither tables nor history: see [Two roles](operate/index.md#two-roles)."
        ),
        absent_meaning="`TRACKERS_DATABASE_URL`",
    ),
    Variable(
        name="TRACKERS_LISTEN_URL",
        setting="listen_url",
        parse=setting_values.database_url,
        expected=_DATABASE_FORMAT,
        meaning="A direct connection to the same database for `LISTEN`, where a transaction pooler stands before it.",
        absent_meaning="`TRACKERS_DATABASE_URL`",
    ),
    Variable(
        name="TRACKERS_SMTP_URL",
        setting="smtp",
        parse=setting_values.smtp_server,
        expected=(
            "smtp://user:password@host:587, smtp+starttls://… or smtps://…, where user and password may be left out, and "
            "which may be followed by ?tls=unverified or, with smtp://, ?tls=off"
        ),
        meaning=(
            "The mail server. TLS with a trusted certificate is required, with `smtp://` too unless it is this machine's own. "
            "`?tls=unverified` takes any certificate, `?tls=off` does without TLS."
        ),
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
        meaning="The address at which clients reach the server. `trackers serve` takes the one it listens on by default.",
        default="http://127.0.0.1:8000",
    ),
    Variable(
        name="TRACKERS_EDIT_URL",
        setting="edit_url",
        parse=partial(setting_values.link_pattern, placeholder="id"),
        expected=_LINK_FORMAT % "id",
        meaning="The link in notifications: your Edit Tracker page. `{id}` is the global id of the tracker, URL-encoded.",
        default="{public_url}/trackers/{id}",
        depends_on=("public_url",),
    ),
    Variable(
        name="TRACKERS_PASSWORD_URL",
        setting="password_url",
        parse=partial(setting_values.link_pattern, placeholder="token"),
        expected=_LINK_FORMAT % "token",
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
        name="TRACKERS_PASSKEY_DOMAIN",
        setting="passkey_domain",
        parse=setting_values.domain,
        expected="a domain name such as example.org, without scheme and port",
        meaning=(
            "The domain that passkeys belong to. Set it where web apps are on another name than the server, to the domain "
            "that both are below; apps also have to be in `TRACKERS_ALLOWED_ORIGINS`. Another domain later makes all passkeys "
            "useless."
        ),
        absent_meaning="the name in `TRACKERS_PUBLIC_URL`; `localhost` for an address of this machine",
        show=repr,
    ),
    Variable(
        name="TRACKERS_ALLOWED_HOSTS",
        setting="allowed_hosts",
        parse=setting_values.hosts,
        expected="host names and IP addresses with commas between, such as api.example.org, .example.net, 10.0.0.7",
        meaning=(
            "The hosts that the header `Host` may name, besides that of `TRACKERS_PUBLIC_URL`; ports do not matter, and "
            "`.example.net` stands for all names that end with it. Requests for other hosts are refused with 400, those of "
            "health checks too."
        ),
        absent=(),
        absent_meaning="any",
        show=repr,
    ),
    Variable(
        name="TRACKERS_SIGN_ON_NETWORKS",
        setting="sign_on_networks",
        parse=setting_values.networks,
        expected="IP addresses and networks with commas between, such as 10.0.0.7, 10.1.0.0/16",
        meaning=(
            "Networks in which providers for [single sign-on](operate/sign-on.md) may be, beside public addresses; by "
            "`http://` too."
        ),
        absent=(),
        show=repr,
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
        parse=parsers.parse_bearer_token,
        expected="visible ASCII characters without a space",
        meaning="The bearer token for `/metrics`.",
        absent_meaning="none: `/metrics` answers this machine alone",
        show=parsers.byte_count,
    ),
    Variable(
        name="TRACKERS_SECURITY_CONTACT",
        setting="security_contact",
        parse=setting_values.contact_uri,
        expected="mailto: with an address, or an https address",
        meaning="Where to report a vulnerability of this installation: told at `/.well-known/security.txt` (RFC 9116).",
        absent_meaning="none: there is no such file",
        show=repr,
    ),
    Variable(
        name="TRACKERS_PLAYGROUND",
        setting="playground",
        parse=parsers.parse_switch,
        expected="0 or 1",
        meaning=(
            "Turns the playground on (`1`) or off (`0`): the page at `/graphql` and `/trackers/{id}`. Without it, set "
            "`TRACKERS_EDIT_URL` to your own page, to which the links in mail lead."
        ),
        default="1",
        show=repr,
    ),
    Variable(
        name="TRACKERS_COMPILED",
        setting="compiled",
        parse=parsers.parse_switch,
        expected="0 or 1",
        meaning=(
            "Turns the compiled executor on (`1`) or off (`0`). Answers are the same; without it graphql-core executes "
            "everything, several times as slowly."
        ),
        default="1",
        show=repr,
    ),
)

SIGN_ON_CLIENT_SECRET = "TRACKERS_SIGN_ON_CLIENT_SECRET"  # noqa: S105 - the name of a variable
"""What ``trackers set-sign-on`` alone reads: the client secret at a provider, which the database keeps from then on."""

LIMIT_VARIABLES = tuple(
    Variable(
        name=f"TRACKERS_{limit.name.upper()}",
        setting=limit.name,
        parse=parsers.parse_limit,
        expected=f"a whole number from 1 to {parsers.MAX_LIMIT}",
        meaning=limit.metadata["meaning"],
        default=str(limit.default),
        show=repr,
    )
    for limit in fields(Limits)
)
