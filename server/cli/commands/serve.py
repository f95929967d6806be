"""The command that serves, and what it prints once it does."""

import asyncio
import errno
import logging
import socket
import sys
from dataclasses import replace

from server.cli import output
from server.cli.output import stdout
from server.database import database_server, run_with_database
from server.database_check import check_listening
from server.process.serve import bind
from server.process.serve import serve as serve_until_signal
from server.settings import Settings
from services.demo.data import ACCOUNTS, PASSWORD
from services.demo.fill import DatabaseNotEmptyError, fill_demo
from services.records.organisations import find_organisation

_log = logging.getLogger("trackers.serve")


def serve(host: str, port: int, *, workers: int, demo: bool) -> None:
    """Serve until Ctrl-C; with ``demo``, fill an empty database first."""
    output.load_settings()
    server_socket = _bind(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{server_socket.getsockname()[1]}"
    settings = replace(output.settings_served_at(address), allow_local_origins=demo)
    settings.signing_secrets()
    with database_server(settings) as url:
        has_demo = asyncio.run(run_with_database(settings, url, _fill_demo_if_empty if demo else _has_demo))
        if problem := asyncio.run(check_listening(settings, url)):
            _log.warning("LISTEN: %s", problem)
        serve_until_signal(
            settings, url, server_socket, workers=workers, announce=lambda: _announce(settings, address, demo=has_demo)
        )


def _bind(host: str, port: int) -> socket.socket:
    try:
        return bind(host, port)
    except OSError as error:
        reason = "another program listens there already" if error.errno == errno.EADDRINUSE else error.strerror
        output.fail(f"Cannot listen on {host}, port {port}: {reason}. Choose others with --host and --port.")


async def _has_demo() -> bool:
    return await find_organisation(ACCOUNTS[0].organisation) is not None


async def _fill_demo_if_empty() -> bool:
    try:
        await fill_demo()
    except DatabaseNotEmptyError:
        return await _has_demo()
    return True


def _announce(settings: Settings, address: str, *, demo: bool) -> None:
    stdout.print(f"Playground  {address}/graphql")
    mail = settings.mail_folder if settings.smtp is None else f"{settings.smtp.host}, port {settings.smtp.port}"
    stdout.print(f"Mail        {mail}")
    if demo:
        stdout.print(f"Accounts    the password of each is {PASSWORD}")
        for account in ACCOUNTS:
            stdout.print(f"            {account.email:<28} {account.kind.lower()}, {account.organisation}")
    sys.stdout.flush()
