"""Databases on the PostgreSQL server of a test session."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from server.setting_values import database_credentials

_numbers = itertools.count(1)
_unused: list[str] = []
"""Databases that are dropped when the next one is created: a connection for it alone would cost as much as the drop."""


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
    """Create a copy of the template database and yield its URL; let it be dropped when the block has exited."""
    name = f"test_{next(_numbers)}"
    drops = [f"DROP DATABASE {_unused.pop()} WITH (FORCE)" for _ in range(len(_unused))]
    await administer(postgres, *drops, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield with_database(postgres, name)
    _unused.append(name)
