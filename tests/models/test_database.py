"""Tests of transactions in cancelled tasks: the connection is released and changes are rolled back."""

import asyncio

import pytest

from models.database import POOL_SIZE, fetch, transaction
from tests.support.databases.sql_statements import record_statements


async def run_empty_transaction() -> None:
    async with transaction():
        pass


async def test_transactions_cancelled_during_begin_release_their_connections(database: str) -> None:
    for _ in range(POOL_SIZE["maxsize"] + 1):
        with record_statements() as statements:
            task = asyncio.create_task(run_empty_transaction())
            async with asyncio.timeout(10):
                while not any(statement.startswith("BEGIN") for statement in statements):
                    await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    async with asyncio.timeout(10):
        assert [row["value"] for row in await fetch("SELECT 1 AS value")] == [1]


async def test_a_cancelled_transaction_is_rolled_back(database: str) -> None:
    await fetch("CREATE TABLE written_row (number int)")
    row_inserted, never_set = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with transaction():
            await fetch("INSERT INTO written_row VALUES (1)")
            row_inserted.set()
            await never_set.wait()

    task = asyncio.create_task(write())
    await row_inserted.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await fetch("SELECT number FROM written_row") == []
