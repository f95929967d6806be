"""Databases on the PostgreSQL server of a test session."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from server.setting_values import database_credentials

_numbers = itertools.count(1)


def with_database(url: str, name: str) -> str:
    """Return a copy of a PostgreSQL URL that names another database."""
    head, _, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{query}"


async def administer(url: str, *statements: str) -> None:
    """Execute statements outside a transaction, as CREATE DATABASE requires."""
    connection = await asyncpg.connect(**database_credentials(url))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def fresh_database(postgres: str, template: str) -> AsyncIterator[str]:
    """Create a copy of the template database and yield its URL; drop the copy when the block exits."""
    name = f"test_{next(_numbers)}"
    await administer(postgres, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield with_database(postgres, name)
    await administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")
