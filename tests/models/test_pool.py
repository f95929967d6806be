"""Tests of releasing connections: without a task if nothing of it can be cancelled, and completely in all other cases."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import asyncpg
import pytest

from models.database import POOL_SIZE, fetch, pool_state, transaction


async def test_a_statement_starts_no_task(database: str) -> None:
    started: list[str] = []

    def factory(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any) -> asyncio.Task[Any]:
        started.append(str(work))
        return asyncio.Task(work, loop=loop, **options)

    await fetch("SELECT 1 AS value")
    loop = asyncio.get_running_loop()
    loop.set_task_factory(factory)  # type: ignore[arg-type]  # the keywords of a task are not in the protocol
    try:
        assert [row["value"] for row in await fetch("SELECT 1 AS value")] == [1]
        async with transaction():
            assert [row["value"] for row in await fetch("SELECT 2 AS value")] == [2]
    finally:
        loop.set_task_factory(None)
    assert started == []
    assert pool_state().size == pool_state().free


async def test_connections_of_cancelled_statements_are_used_again(database: str) -> None:
    async def sleep() -> None:
        await fetch("SELECT pg_sleep(60)")

    tasks = [asyncio.create_task(sleep()) for _ in range(POOL_SIZE["maxsize"])]
    async with asyncio.timeout(10):
        while pool_state().free or pool_state().size < POOL_SIZE["maxsize"]:
            await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        assert [type(error) for error in await asyncio.gather(*tasks, return_exceptions=True)] == [
            asyncio.CancelledError
        ] * len(tasks)
        values = await asyncio.gather(*(fetch("SELECT $1::int AS value", number) for number in range(len(tasks))))
    assert [row["value"] for (row,) in values] == list(range(len(tasks)))
    assert pool_state().waiting == 0


async def test_a_closed_connection_is_replaced(database: str) -> None:
    with pytest.raises(asyncpg.PostgresConnectionError):
        await fetch("SELECT pg_terminate_backend(pg_backend_pid())")
    assert [row["value"] for row in await fetch("SELECT 1 AS value")] == [1]
