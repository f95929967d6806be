"""The checks that ``trackers doctor`` runs."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from models import SignOnProvider
from models.database import fetch, pending_migrations
from models.grants import excess_rights
from server.connection_errors import DatabaseConnectionError
from server.database import connected_database
from server.database_check import check_listening
from server.environment.variable import SettingsError
from server.setting_values import verifies_server
from server.settings import Settings
from server.wiring import make_file_store, make_installation, make_mailer
from services.encryption import count_under_older_secrets
from services.files.store import StoreError
from services.kernel.networks import is_loopback
from services.mail.outbox import outbox_state
from services.mail.transport import MailDelayed, MailRefused
from services.sign_on.checks import check_all

_MAIL_ADVICE = {
    "AUTH": "correct user and password in TRACKERS_SMTP_URL",
    "certificate": "use smtps:// where TLS begins at once (port 465), smtp+starttls:// elsewhere, or a trusted certificate",
    "STARTTLS": "use smtps:// or another port, or turn TLS on there",
    "cannot connect": "correct host and port in TRACKERS_SMTP_URL, or open the firewall",
    "timed out": "correct host and port in TRACKERS_SMTP_URL, or open the firewall",
    "connection lost": "check that it speaks SMTP on this port, and use smtps:// where TLS begins at once (port 465)",
}
"""What to do about a reason for which mail cannot be sent, by a part of the reason."""
MIN_SERVER_VERSION = 150_000  # PostgreSQL 15


class CheckResult(NamedTuple):
    """The result of a check: ``ok``, ``note`` for what works but could be better, or ``WRONG``, and a line about it."""

    state: str
    line: str


class CheckAdvice(Exception):  # noqa: N818 - the result of a check
    """Raised when a check passes, but something could be better; the message says what."""


class CheckFailed(Exception):  # noqa: N818 - the result of a check
    """Raised when a check does not pass; the message says why."""


async def check_installation(settings: Settings, url: str | None) -> AsyncIterator[CheckResult]:
    """Run every check, yielding its result.

    Nothing is created. ``url`` is None if the embedded PostgreSQL has not been created either.
    """
    if url is None:
        yield CheckResult("ok", f"database: none in {settings.postgres_data_dir} yet, `trackers serve` creates it")
    else:
        async for result in _check_database(settings, url):
            yield result
    yield await _check("mail", lambda: _mail(settings))
    yield await _check("files", lambda: _files(settings))
    yield await _check("secret", lambda: _secret(settings))
    yield await _check("public address", lambda: _public_address(settings))


async def _check_database(settings: Settings, url: str) -> AsyncIterator[CheckResult]:
    try:
        async with asyncio.timeout(20), connected_database(settings, url):
            yield await _check("database", _database)
            yield await _check("migrations", _migrations)
            yield await _check("LISTEN", lambda: _listen(settings, url))
            yield await _check("TLS", lambda: _tls(settings))
            yield await _check("role", lambda: _role(settings))
            yield await _check("outbox", _outbox)
            yield await _check("encryption", lambda: _encryption(settings))
            yield await _check("single sign-on", lambda: _sign_on(settings))
    except DatabaseConnectionError as error:
        yield CheckResult("WRONG", f"database: {error}")
    except Exception as error:
        yield CheckResult("WRONG", f"database: it does not answer ({type(error).__name__})")


async def _check(name: str, check: Callable[[], Awaitable[str]]) -> CheckResult:
    try:
        return CheckResult("ok", f"{name}: {await check()}")
    except CheckAdvice as advice:
        return CheckResult("note", f"{name}: {advice}")
    except CheckFailed as failure:
        return CheckResult("WRONG", f"{name}: {failure}")


async def _database() -> str:
    version = (await fetch("SELECT current_setting('server_version_num')::int AS number"))[0]["number"]
    if version < MIN_SERVER_VERSION:
        raise CheckFailed(f"PostgreSQL {version // 10_000}, but 15 or newer is needed")
    return f"PostgreSQL {version // 10_000}"


async def _migrations() -> str:
    if pending := await pending_migrations():
        raise CheckFailed(f"lacks {', '.join(pending)}: run `trackers migrate`")
    return "up to date"


async def _tls(settings: Settings) -> str:
    urls = {"DATABASE": settings.database_url, "MIGRATE": settings.migrate_url, "LISTEN": settings.listen_url}
    unverified = [f"TRACKERS_{name}_URL" for name, url in urls.items() if url and not verifies_server(url)]
    if unverified:
        raise CheckAdvice(f"sslmode in {', '.join(unverified)} does not check who answers: leave it out")
    return "connections that leave this machine are verified"


async def _role(settings: Settings) -> str:
    if settings.database_url is None:
        return "the embedded PostgreSQL has one role: whoever can run the server owns its files anyway"
    (row,) = await fetch("SELECT current_user AS name")
    if await pending_migrations():
        raise CheckFailed("not checked, as migrations are pending")
    if excess := await excess_rights():
        raise CheckAdvice(f"the user {row['name']} {excess}: docs/operate/index.md says how to serve with fewer rights")
    return f"the user {row['name']} can change neither tables nor history"


async def _outbox() -> str:
    if await pending_migrations():
        raise CheckFailed("not checked, as migrations are pending")
    state = await outbox_state()
    if state.given_up:
        raise CheckFailed(f"{state.given_up} mails given up, {state.waiting} waiting")
    return f"{state.waiting} mails waiting"


async def _listen(settings: Settings, url: str) -> str:
    try:
        problem = await check_listening(settings, url)
    except DatabaseConnectionError as error:
        raise CheckFailed(str(error)) from None
    if problem:
        raise CheckFailed(problem)
    return "notifications arrive"


async def _mail(settings: Settings) -> str:
    if settings.smtp is None and not settings.mail_folder.exists():
        return f"written to {_creatable(settings.mail_folder)}, created with the first mail"
    mailer = make_mailer(settings)
    try:
        await mailer.check()
    except (MailRefused, MailDelayed) as error:
        raise CheckFailed(_mail_problem(settings, error.reason)) from None
    finally:
        await mailer.close()
    smtp = settings.smtp
    if smtp is None:
        return f"written to {settings.mail_folder}"
    if not smtp.verify and not is_loopback(smtp.host):
        raise CheckAdvice(f"sent through {smtp.host}, whose certificate is not checked: leave ?tls= out of the URL")
    return f"sent through {smtp.host}"


def _mail_problem(settings: Settings, reason: str) -> str:
    """Return what is wrong with sending mail, and what to do."""
    smtp = settings.smtp
    if smtp is None:
        return f"cannot be written to {settings.mail_folder} ({reason})"
    advice = next((advice for part, advice in _MAIL_ADVICE.items() if part in reason), "ask its operator")
    return f"cannot be sent through {smtp.host}, port {smtp.port} ({reason}): {advice}"


async def _files(settings: Settings) -> str:
    if settings.files_url is None and not settings.files_folder.exists():
        return f"kept in {_creatable(settings.files_folder)}, created by `trackers serve`"
    try:
        async with asyncio.timeout(30):
            await make_file_store(settings).check()
    except (StoreError, SettingsError, TimeoutError) as error:
        raise CheckFailed(f"the store does not answer ({error or type(error).__name__})") from None
    return f"kept in {settings.files_url or settings.files_folder}"


def _creatable(folder: Path) -> Path:
    """Return a folder that does not exist, if it can be created; raise CheckFailed otherwise."""
    parent = next(parent for parent in folder.parents if parent.exists())
    if not (parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)):
        raise CheckFailed(f"{folder} cannot be created: this user may not write to {parent}")
    return folder


async def _secret(settings: Settings) -> str:
    if not settings.secrets and not (settings.state_dir / "secret").exists():
        return f"generated into {_creatable(settings.state_dir / 'secret')} by `trackers serve`"
    try:
        current, *older = settings.signing_secrets()
    except SettingsError as error:
        raise CheckFailed(str(error)) from None
    return f"{len(current)} bytes" + (f", and {len(older)} older that verify too" if older else "")


async def _encryption(settings: Settings) -> str:
    if await pending_migrations():
        raise CheckFailed("not checked, as migrations are pending")
    if not settings.secrets and not (settings.state_dir / "secret").exists():
        return "there is no secret yet"
    installation = make_installation(settings)
    count = await count_under_older_secrets(installation)
    if count and not installation.older_secrets:
        raise CheckFailed(f"{count} values need a secret that is missing: see docs/operate/secrets.md")
    if count:
        return f"{count} values are under older secrets, which a running server changes within an hour"
    return "every value is under the current secret"


async def _sign_on(settings: Settings) -> str:
    if await pending_migrations():
        raise CheckFailed("not checked, as migrations are pending")
    count = await SignOnProvider.all().count()
    if count and (problems := await check_all(make_installation(settings))):
        raise CheckFailed("; ".join(problems))
    return f"{count} providers answer" if count else "no organisation uses it"


async def _public_address(settings: Settings) -> str:
    host = urlsplit(settings.public_url).hostname or ""
    try:
        addresses = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        raise CheckFailed(f"{settings.public_url}: the host name {host} is unknown") from None
    if settings.database_url and any(address[4][0] in ("127.0.0.1", "::1") for address in addresses):
        raise CheckFailed(f"{settings.public_url} is this machine's own address: links in mails work on it only")
    return settings.public_url
