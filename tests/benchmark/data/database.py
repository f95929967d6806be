"""The database that is measured with: a template, filled once by SQL and kept between runs, and a copy for each server."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from uuid import UUID

import asyncpg

from models.database import database as connected_models
from server.database import upgrade_database
from server.setting_values import database_credentials
from tests.support.databases.postgres import administer, with_database
from tests.support.paths import ROOT

ROWS = Path(__file__).with_name("rows.sql")
SOURCES = ("models/migrations", "services/tracker_types/builtin.toml", "tests/benchmark/data/rows.sql")
"""What the contents of a template depend on."""

SETTINGS = "SET synchronous_commit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'"
INDEXES = """
SELECT c.relname AS name, pg_get_indexdef(c.oid) AS definition
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relname IN ('tracker', 'tracker_event', 'notification', 'learner') AND NOT i.indisunique
ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many rows the database has."""

    trackers: int = 100_000
    learners: int = 5_000
    members: int = 60
    listeners: int = 1_000

    @property
    def template(self) -> str:
        """Return the name of the template database: it changes with the size, the migrations and the data."""
        digest = hashlib.sha256(repr(self).encode())
        for path in _source_files():
            digest.update(path.read_bytes())
        return f"benchmark_{digest.hexdigest()[:16]}"


def _source_files() -> Iterable[Path]:
    for source in SOURCES:
        path = ROOT / source
        yield from (
            sorted(file for file in path.rglob("*.*") if file.suffix in (".py", ".sql")) if path.is_dir() else [path]
        )


def row_id(kind: str, number: int) -> UUID:
    """Return the id that ``rows.sql`` gives to a row."""
    return UUID(f"00000000-0000-7000-80{kind}-{number:012x}")


def member_id(number: int) -> UUID:
    """Return the id of a member, who is an administrator if the number is at most three quarters of all."""
    return row_id("01", number)


def listener_id(number: int) -> UUID:
    """Return the id of a member of the organisation that listens on sockets."""
    return row_id("02", number)


async def ensure_template(postgres: str, size: Size) -> str:
    """Return the name of the template database; make it, and drop those of other contents, if there is none yet."""
    name = size.template
    connection = await asyncpg.connect(**database_credentials(postgres))
    try:
        if await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            return name
    finally:
        await connection.close()
    unfinished = f"{name}_unfinished"
    await administer(postgres, f"DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)", f"CREATE DATABASE {unfinished}")
    url = with_database(postgres, unfinished)
    async with connected_models(database_credentials(url)):
        await upgrade_database()
    await _fill(url, size)
    await administer(postgres, f"ALTER DATABASE {unfinished} RENAME TO {name}")
    return name


async def _fill(url: str, size: Size) -> None:
    """Insert all rows without the indexes that no constraint needs, and make these afterwards."""
    numbers = {name: getattr(size, name) for name in ("trackers", "learners", "members", "listeners")}
    connection = await asyncpg.connect(**database_credentials(url))
    try:
        await connection.execute(SETTINGS)
        indexes = await connection.fetch(INDEXES)
        for index in indexes:
            await connection.execute(f'DROP INDEX "{index["name"]}"')
        await connection.execute(Template(ROWS.read_text()).substitute(numbers))
        for index in indexes:
            await connection.execute(index["definition"])
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


async def copy_template(postgres: str, template: str, name: str) -> str:
    """Make a fresh copy of the template, replacing one of that name, and return its URL."""
    await administer(
        postgres,
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY",
    )
    return with_database(postgres, name)
