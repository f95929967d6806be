"""A recorder of the SQL statements that asyncpg sends to PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest

from models.wake_ups import NOTIFY


@contextmanager
def record_statements() -> Iterator[list[str]]:
    """Record the statements that are sent during the block, except wake-ups, which are sent in the background."""
    statements: list[str] = []
    connection: Any = asyncpg.Connection  # the stubs declare only its public methods
    private_execute, public_execute = connection._execute, connection.execute

    async def _execute(self: Any, query: str, *args: Any, **options: Any) -> Any:
        if query != NOTIFY:
            statements.append(query)
        return await private_execute(self, query, *args, **options)

    async def execute(self: Any, query: str, *args: Any, **options: Any) -> Any:
        if not args:  # with arguments, execute calls _execute
            statements.append(query)
        return await public_execute(self, query, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncpg.Connection, "_execute", _execute)
        patch.setattr(asyncpg.Connection, "execute", execute)
        yield statements
