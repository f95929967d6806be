"""The SQL statements that reach PostgreSQL, as asyncpg sends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest


@contextmanager
def record_statements() -> Iterator[list[str]]:
    """Record the statements that the block sends."""
    statements: list[str] = []
    connection: Any = asyncpg.Connection  # the stubs know only its public methods
    sent, ran = connection._execute, connection.execute

    async def _execute(self: Any, query: str, *args: Any, **options: Any) -> Any:
        statements.append(query)
        return await sent(self, query, *args, **options)

    async def execute(self: Any, query: str, *args: Any, **options: Any) -> Any:
        if not args:  # with arguments it goes through _execute
            statements.append(query)
        return await ran(self, query, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncpg.Connection, "_execute", _execute)
        patch.setattr(asyncpg.Connection, "execute", execute)
        yield statements
