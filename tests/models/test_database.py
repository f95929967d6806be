"""The connection to PostgreSQL: what a cancelled task held goes back, and what it did is undone."""

import asyncio

import pytest

from models.database import POOL, fetch, transaction
from tests.support.databases.sql_statements import recorded


async def _nothing() -> None:
    async with transaction():
        pass


async def test_transactions_cancelled_while_they_begin_give_their_connections_back(database: str) -> None:
    for _ in range(POOL["maxsize"] + 1):
        with recorded() as statements:
            task = asyncio.create_task(_nothing())
            async with asyncio.timeout(10):
                while not any(statement.startswith("BEGIN") for statement in statements):
                    await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    async with asyncio.timeout(10):
        assert [row["one"] for row in await fetch("SELECT 1 AS one")] == [1]


async def test_what_a_cancelled_transaction_did_is_undone(database: str) -> None:
    await fetch("CREATE TABLE kept (number int)")
    written, never = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with transaction():
            await fetch("INSERT INTO kept VALUES (1)")
            written.set()
            await never.wait()

    task = asyncio.create_task(write())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await fetch("SELECT number FROM kept") == []
