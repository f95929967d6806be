"""Tests that upgrading a database of a released version yields the same schema as a new installation."""

import asyncio
import subprocess
from collections.abc import AsyncIterator

import pytest

from models.database import database, migrate, pending_migrations
from server.embedded_postgres.binaries import binary
from server.setting_values import database_credentials
from tests.support.databases.postgres import administer, with_database
from tests.support.paths import DATA

RELEASED_SCHEMA = DATA / "schema-0.1.0.sql"


@pytest.fixture
async def released_database_url(postgres: str) -> AsyncIterator[str]:
    """Yield the URL of a database with the schema of version 0.1.0."""
    await administer(postgres, "CREATE DATABASE released")
    url = with_database(postgres, "released")
    await administer(url, RELEASED_SCHEMA.read_text("utf-8"))
    yield url
    await administer(postgres, "DROP DATABASE released WITH (FORCE)")


async def dump_schema(url: str) -> list[str]:
    """Return the lines of the schema dump that ``pg_dump`` produces for a database."""
    command = [binary("pg_dump"), "--schema-only", "--restrict-key=0", url]
    output = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
    return output.stdout.splitlines()


async def test_upgrading_from_version_0_1_0_yields_the_same_schema(
    released_database_url: str, database_url: str
) -> None:
    """Compare the schema dumps of an upgraded database and of a new one.

    ``tests/data/schema-0.1.0.sql`` was created with the code of version 0.1.0 (commit f0f916e) by running ``migrate()``
    on an empty database and then ``pg_dump --inserts --no-owner --no-privileges`` (18.6). Lines that start with a
    backslash were removed, because only psql understands them. The file contains the schema and the rows of
    ``tortoise_migrations``.
    """
    async with database(database_credentials(released_database_url)):
        await migrate()
        assert await pending_migrations() == []

    assert await dump_schema(released_database_url) == await dump_schema(database_url)
