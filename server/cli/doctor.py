"""What ``trackers doctor`` looks at: one line each, and whether all is well."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

from models.database import database, fetch, pending_migrations
from server.environment import SettingsError
from server.setting_values import database_credentials
from server.settings import Settings
from server.wiring import mailer_of, store_of
from services.files.store import StoreError
from services.mail.outbox import outbox_state
from services.mail.transport import MailDelayed, MailRefused

OLDEST_SUPPORTED = 150_000


class Wrong(Exception):  # noqa: N818 - a finding
    """Something that is not as it should be; the text says what."""


async def examine(settings: Settings, url: str) -> AsyncIterator[tuple[bool, str]]:
    """Each thing that was looked at: whether it is well, and a line on it."""
    try:
        async with asyncio.timeout(10), database(database_credentials(url)):
            yield await _look("database", _database)
            yield await _look("migrations", _migrations)
            yield await _look("outbox", _outbox)
    except Exception as error:
        yield False, f"database: cannot be reached ({type(error).__name__})"
    yield await _look("mail", lambda: _mail(settings))
    yield await _look("files", lambda: _files(settings))
    yield True, f"secret: {len(settings.secret)} bytes"
    yield await _look("public address", lambda: _public_address(settings))


async def _look(name: str, at: Callable[[], Awaitable[str]]) -> tuple[bool, str]:
    try:
        return True, f"{name}: {await at()}"
    except Wrong as wrong:
        return False, f"{name}: {wrong}"


async def _database() -> str:
    version = (await fetch("SELECT current_setting('server_version_num')::int AS number"))[0]["number"]
    if version < OLDEST_SUPPORTED:
        raise Wrong(f"PostgreSQL {version // 10_000}, but 15 or newer is needed")
    return f"PostgreSQL {version // 10_000}"


async def _migrations() -> str:
    if lacking := await pending_migrations():
        raise Wrong(f"lacks {', '.join(lacking)}: give the command `trackers migrate`")
    return "the newest"


async def _outbox() -> str:
    if await pending_migrations():
        raise Wrong("not there yet")
    state = await outbox_state()
    if state.given_up:
        raise Wrong(f"{state.given_up} mails were given up, {state.waiting} wait")
    return f"{state.waiting} mails wait"


async def _mail(settings: Settings) -> str:
    mailer = mailer_of(settings)
    try:
        await mailer.check()
    except (MailRefused, MailDelayed) as error:
        raise Wrong(f"cannot be handed over ({error})") from None
    finally:
        await mailer.close()
    return f"written to {settings.mail_folder}" if settings.smtp is None else f"handed to {settings.smtp.host}"


async def _files(settings: Settings) -> str:
    try:
        async with asyncio.timeout(30):
            await store_of(settings).check()
    except (StoreError, SettingsError, TimeoutError) as error:
        raise Wrong(f"the store does not answer ({error or type(error).__name__})") from None
    return f"kept in {settings.files_url or settings.files_folder}"


async def _public_address(settings: Settings) -> str:
    host = urlsplit(settings.public_url).hostname or ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        raise Wrong(f"{settings.public_url}: the name {host} is not known") from None
    if settings.database_url and any(entry[4][0] in ("127.0.0.1", "::1") for entry in found):
        raise Wrong(f"{settings.public_url} is this machine's own: nobody else can follow a link in a mail")
    return settings.public_url
