"""Tests that upgrading a database of a released version yields the same schema as a new installation."""

import asyncio
import subprocess
from collections.abc import AsyncIterator

import pytest

from models.database import database, fetch, migrate, pending_migrations
from server.embedded_postgres.binaries import binary
from server.setting_values import database_credentials
from tests.support.databases.postgres import administer, with_database
from tests.support.paths import DATA

pytestmark = pytest.mark.slow

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


INSERT_TWINS = """
INSERT INTO organisation (id, name, created_at)
VALUES ('00000000-0000-7000-8000-000000000001', 'Northgate', now()), ('00000000-0000-7000-8000-000000000002', 'Southgate', now());
INSERT INTO employer (id, organisation_id, name, employer_id, confirmed)
SELECT gen_random_uuid(), organisation.id, twin.name, number, number IS NULL
FROM organisation, (VALUES ('Acme Ltd', NULL), ('ACME LTD', '100012345'), ('Acme  Ltd', NULL)) twin (name, number);
INSERT INTO programme (id, organisation_id, name)
SELECT gen_random_uuid(), organisation.id, twin.name FROM organisation, (VALUES ('Prog A'), ('prog a')) twin (name);
INSERT INTO learner (id, organisation_id, given_names, family_name, programme_status, created_at, employer_id)
SELECT gen_random_uuid(), organisation_id, 'Given', 'Family', 'ACTIVE', now(), id FROM employer;
"""
TWINS = """
SELECT o.name, array_agg(DISTINCT name_key(e.name)) AS employers, min(e.employer_id) AS number,
    bool_and(e.confirmed) AS confirmed, array_agg(DISTINCT name_key(p.name)) AS programmes,
    count(DISTINCT l.id) AS learners
FROM organisation o JOIN employer e ON e.organisation_id = o.id JOIN programme p ON p.organisation_id = o.id
JOIN learner l ON l.employer_id = e.id GROUP BY o.name ORDER BY o.name
"""


async def test_names_that_are_the_same_are_merged_in_a_database_of_version_0_1_0(released_database_url: str) -> None:
    await administer(released_database_url, INSERT_TWINS)
    async with database(database_credentials(released_database_url)):
        await migrate()
        assert [tuple(row.values()) for row in await fetch(TWINS)] == [
            (organisation, ["acme ltd"], "100012345", True, ["prog a"], 3)
            for organisation in ("Northgate", "Southgate")
        ]
        assert len(await fetch("SELECT FROM name_merge")) == 6
