"""Tests that each way in which a configured database cannot be used is one line that says what to do."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.setting_values import database_credentials
from tests.support.databases.postgres import administer, with_database
from tests.support.servers.trackers import environment, run_command

pytestmark = pytest.mark.server

PASSWORD = "hunter2"


@pytest_asyncio.fixture
async def other_service() -> AsyncIterator[int]:
    """Yield the port of a server that is no PostgreSQL."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def refusal(folder: Path, command: str, **env: str) -> str:
    """Run a command that must fail, and return its only line."""
    code, out, err = await run_command(folder, environment(TRACKERS_SECRET="s" * 40, **env), *command.split())
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert "Traceback" not in err
    assert PASSWORD not in err
    assert list(folder.iterdir()) == []
    return err.removesuffix("\n")


UNKNOWN_HOST = "the host name db.invalid is unknown. Correct it, or the name server of this machine."


@pytest.mark.parametrize(
    "command", ["migrate", "serve --port 0", "add-organisation Acme", "list-members --organisation A"]
)
async def test_every_command_names_an_unknown_host(folder: Path, command: str) -> None:
    url = f"postgres://ann:{PASSWORD}@db.invalid/trackers"
    assert await refusal(folder, command, TRACKERS_DATABASE_URL=url) == f"TRACKERS_DATABASE_URL: {UNKNOWN_HOST}"


async def test_an_unreachable_server(folder: Path, other_service: int) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        refused = await refusal(
            folder, "migrate", TRACKERS_DATABASE_URL=f"postgres://ann:{PASSWORD}@127.0.0.1:{port}/trackers"
        )
    assert refused == (
        f"TRACKERS_DATABASE_URL: nothing listens on 127.0.0.1, port {port}. Start PostgreSQL there, or correct host and "
        "port."
    )
    place = f"127.0.0.1, port {other_service}"
    url = f"postgres://ann:{PASSWORD}@127.0.0.1:{other_service}/trackers"
    assert await refusal(folder, "migrate", TRACKERS_DATABASE_URL=url) == (
        f"TRACKERS_DATABASE_URL: what listens on {place} does not answer as PostgreSQL does. Correct host and port."
    )
    assert await refusal(folder, "migrate", TRACKERS_DATABASE_URL=f"{url}?sslmode=require") == (
        f"TRACKERS_DATABASE_URL: {place} offers no TLS. Turn it on there; ?sslmode=disable in the URL would do without."
    )


async def test_an_unusable_socket(folder: Path) -> None:
    missing, long = "/nowhere/at/all", "/" + "x" * 120
    assert await refusal(folder, "migrate", TRACKERS_DATABASE_URL=f"postgres://ann@/trackers?host={missing}") == (
        "TRACKERS_DATABASE_URL: there is no socket of PostgreSQL in /nowhere/at/all (.s.PGSQL.5432). Start PostgreSQL, or "
        "correct the path."
    )
    assert await refusal(folder, "migrate", TRACKERS_DATABASE_URL=f"postgres://ann@/trackers?host={long}") == (
        f"TRACKERS_DATABASE_URL: the path of the socket in {long} is too long: a socket's path has at most 107 bytes. Use "
        "a shorter one."
    )


async def test_a_missing_database_and_user(folder: Path, postgres: str) -> None:
    assert await refusal(folder, "migrate", TRACKERS_DATABASE_URL=with_database(postgres, "missing")) == (
        'TRACKERS_DATABASE_URL: there is no database "missing" there. Create it (CREATE DATABASE), or correct its name.'
    )
    host = database_credentials(postgres)["host"]
    url = f"postgres://nobody:{PASSWORD}@/trackers?host={host}"
    assert await refusal(folder, "migrate", TRACKERS_DATABASE_URL=url) == (
        'TRACKERS_DATABASE_URL: PostgreSQL does not let the user "nobody" in. Check that the user exists, and that '
        "pg_hba.conf allows them from this machine."
    )


async def test_a_user_who_may_not_create_tables(folder: Path, postgres: str) -> None:
    await administer(postgres, "CREATE ROLE guest LOGIN")
    await administer(postgres, "CREATE DATABASE guests")
    host = database_credentials(postgres)["host"]
    try:
        url = f"postgres://guest@/guests?host={host}"
        assert await refusal(folder, "migrate", TRACKERS_DATABASE_URL=url) == (
            'TRACKERS_DATABASE_URL: the user "guest" lacks a right on the database "guests". Let its owner grant it, or '
            "make the user its owner."
        )
    finally:
        await administer(postgres, "DROP DATABASE guests WITH (FORCE)")
        await administer(postgres, "DROP ROLE guest")


async def test_a_wrong_listen_url_stops_the_server_and_is_seen_by_doctor(folder: Path, database: str) -> None:
    env = {
        "TRACKERS_DATABASE_URL": database,
        "TRACKERS_LISTEN_URL": f"postgres://ann:{PASSWORD}@db.invalid/trackers",
        "TRACKERS_PUBLIC_URL": "https://trackers.example",
    }
    assert await refusal(folder, "serve --port 0", **env) == f"TRACKERS_LISTEN_URL: {UNKNOWN_HOST}"
    code, out, _ = await run_command(folder, environment(TRACKERS_SECRET="s" * 40, **env), "doctor")
    assert code == 1
    assert f"WRONG LISTEN: TRACKERS_LISTEN_URL: {UNKNOWN_HOST}\n" in out
    assert PASSWORD not in out


async def test_listening_to_another_database_is_seen_by_doctor(folder: Path, database: str, postgres: str) -> None:
    env = environment(database, TRACKERS_LISTEN_URL=with_database(postgres, "postgres"))
    _, out, _ = await run_command(folder, env, "doctor")
    assert "WRONG LISTEN: notifications do not arrive, so that assignments show some seconds late: set " in out


async def test_doctor_reports_everything_without_a_database(folder: Path) -> None:
    url = f"postgres://ann:{PASSWORD}@db.invalid/trackers"
    code, out, err = await run_command(
        folder, environment(url, TRACKERS_SMTP_URL=f"smtp://ann:{PASSWORD}@mail.invalid"), "doctor"
    )
    assert (code, err) == (1, "")
    assert [line.split(":")[0] for line in out.splitlines()] == [
        "WRONG database", "WRONG mail", "ok    files", "ok    secret", "WRONG public address"
    ]  # fmt: skip
    assert f"WRONG database: TRACKERS_DATABASE_URL: {UNKNOWN_HOST}\n" in out
    assert (
        "WRONG mail: cannot be sent through mail.invalid, port 587 (SMTP cannot connect): correct host and port in "
        "TRACKERS_SMTP_URL, or open the firewall\n"
    ) in out
    assert PASSWORD not in out
    assert list(folder.iterdir()) == []
