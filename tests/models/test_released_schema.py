"""Every database of one version has the same schema, whichever version it was made by."""

import asyncio
import subprocess
from collections.abc import AsyncIterator

import pytest

from models.database import database, migrate, pending_migrations
from server.embedded_postgres.binaries import binary
from server.setting_values import database_credentials
from tests.conftest import address, administer
from tests.support.paths import DATA

RELEASED = DATA / "schema-0.1.0.sql"


@pytest.fixture
async def released(postgres: str) -> AsyncIterator[str]:
    """The URL of a database as version 0.1.0 made it."""
    await administer(postgres, "CREATE DATABASE released")
    url = address(postgres, "released")
    await administer(url, RELEASED.read_text("utf-8"))
    yield url
    await administer(postgres, "DROP DATABASE released WITH (FORCE)")


async def dump_schema(url: str) -> list[str]:
    """Return the definitions of everything in a database, as ``pg_dump`` writes them from the catalogues."""
    command = [binary("pg_dump"), "--schema-only", "--restrict-key=0", url]
    output = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
    return output.stdout.splitlines()


async def test_a_migrated_database_of_version_0_1_0_has_the_schema_of_a_new_one(
    released: str, database_url: str
) -> None:
    """Migrating from nothing and from version 0.1.0 gives the same tables, columns, comments, indexes, functions ….

    ``tests/data/schema-0.1.0.sql`` was made with the code of version 0.1.0 (commit f0f916e): its ``migrate()`` in an empty
    database, then ``pg_dump --inserts --no-owner --no-privileges`` (18.6), without the lines that begin with a backslash,
    which only psql understands. It holds the schema and the rows of ``tortoise_migrations``.
    """
    async with database(database_credentials(released)):
        await migrate()
        assert await pending_migrations() == []

    assert await dump_schema(released) == await dump_schema(database_url)
