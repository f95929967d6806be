"""Shares of the pool: one member's statements hold up nobody else's, and connections are given in turn."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import pytest
from asyncpg import QueryCanceledError

from models.database import POOL_SIZE, StatementLimits, fetch, pool_state, transaction, unlimited_transaction
from models.database import database as connected_models
from models.shares import MAX_WAITING, Borrower, Shares, TooManyStatementsError, borrowing
from server.setting_values import database_credentials

FLOODING, COLLEAGUE, STRANGER = Borrower("a", "1"), Borrower("a", "2"), Borrower("b", "1")
SIZE = POOL_SIZE["maxsize"]
BUSY = "SELECT count(*) AS count FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'"


async def statement(borrower: Borrower | None, text: str) -> Sequence[object]:
    with borrowing(borrower) if borrower else nullcontext():
        return await fetch(text)


async def write(borrower: Borrower) -> None:
    with borrowing(borrower):
        async with transaction():
            await fetch("SELECT pg_sleep(60)")


@asynccontextmanager
async def flood(*works: Coroutine[Any, Any, Any]) -> AsyncIterator[None]:
    """Run statements that take long during the block, and check that nothing of them is left behind it."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(10):
            while pool_state().size != pool_state().free:
                await asyncio.sleep(0.01)
        assert pool_state().waiting == 0


async def until_busy(count: int) -> None:
    async with asyncio.timeout(10):
        while (await fetch(BUSY))[0]["count"] < count:
            await asyncio.sleep(0.01)


async def test_nobody_waits_behind_the_statements_of_one_member(database: str) -> None:
    shares = Shares(SIZE)
    heavy = [statement(FLOODING, "SELECT pg_sleep(60)") for _ in range(24)]
    async with flood(*heavy), asyncio.timeout(10):
        await until_busy(shares.of_member)
        # All of these are executed while those of the flood, which take a minute, are not even begun.
        for other in (STRANGER, COLLEAGUE, None):
            await asyncio.gather(*(statement(other, "SELECT 1 AS value") for _ in range(50)))
        assert (await fetch(BUSY))[0]["count"] == shares.of_member
        assert pool_state().waiting == 24 - shares.of_member


async def test_nobody_waits_behind_the_transactions_of_one_organisation(database: str) -> None:
    shares = Shares(SIZE)
    async with flood(*(write(Borrower("a", str(number % 6))) for number in range(48))), asyncio.timeout(10):
        await until_busy(shares.of_organisation)
        for other in (STRANGER, None):
            await asyncio.gather(*(statement(other, "SELECT 1 AS value") for _ in range(50)))
        assert (await fetch(BUSY))[0]["count"] == shares.of_organisation


async def test_the_system_has_connections_left_when_all_organisations_flood(database: str) -> None:
    shares = Shares(SIZE)
    heavy = [statement(Borrower(number, "1"), "SELECT pg_sleep(60)") for number in range(2 * SIZE)]
    async with flood(*heavy), asyncio.timeout(10):
        await until_busy(shares.of_all)
        await statement(None, "SELECT 1 AS value")
        assert (await fetch(BUSY))[0]["count"] == shares.of_all == SIZE - 2


async def test_a_loan_knows_how_long_its_statements_took(database: str) -> None:
    with borrowing(STRANGER) as loan:
        await fetch("SELECT 1 AS value")
        short = loan.seconds
        await asyncio.gather(*(fetch("SELECT pg_sleep(0.2)") for _ in range(3)))
    assert short < 0.2
    assert loan.seconds >= 0.6


def take_all(shares: Shares) -> list[Borrower]:
    """Take all connections, each of another organisation, and return the borrowers."""
    others = [Borrower(number, "x") for number in range(shares.of_all)]
    assert all(map(shares.try_take, others))
    return others


async def test_connections_are_given_to_organisations_in_turn_and_to_their_members_in_turn() -> None:
    shares, given = Shares(SIZE), list[Borrower]()
    lent = take_all(shares)

    async def wait(borrower: Borrower) -> None:
        await shares.wait(borrower)
        given.append(borrower)
        shares.give_back(borrower)

    wanted = [FLOODING] * 4 + [COLLEAGUE] * 2 + [STRANGER] * 2
    tasks = [asyncio.create_task(wait(borrower)) for borrower in wanted]
    await asyncio.sleep(0)
    assert shares.waiting == len(wanted)
    assert not shares.try_take(FLOODING)
    shares.give_back(lent.pop())
    await asyncio.gather(*tasks)
    assert given == [FLOODING, STRANGER, COLLEAGUE, STRANGER, FLOODING, COLLEAGUE, FLOODING, FLOODING]
    assert shares.waiting == 0


async def test_a_connection_given_to_a_task_that_is_cancelled_goes_to_the_next() -> None:
    shares = Shares(SIZE)
    lent = take_all(shares)
    first, second, third = (asyncio.create_task(shares.wait(one)) for one in (FLOODING, STRANGER, COLLEAGUE))
    await asyncio.sleep(0)
    second.cancel()
    shares.give_back(lent.pop())
    shares.give_back(lent.pop())
    first.cancel()  # it has been given one by now
    await third
    await asyncio.gather(first, second, return_exceptions=True)
    assert (first.cancelled(), second.cancelled(), shares.waiting) == (True, True, 0)


async def test_not_more_than_a_thousand_statements_of_a_member_wait() -> None:
    shares = Shares(SIZE)
    take_all(shares)
    tasks = [asyncio.create_task(shares.wait(FLOODING)) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyStatementsError):
        await shares.wait(FLOODING)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert shares.waiting == 0


async def test_postgresql_stops_statements_and_idle_transactions_but_not_those_without_a_limit(
    database: str,
) -> None:
    async with connected_models(database_credentials(database), StatementLimits(0.1, 60)):
        with pytest.raises(QueryCanceledError):
            await fetch("SELECT pg_sleep(60)")
        async with unlimited_transaction():
            await fetch("SELECT pg_sleep(0.2)")
        with pytest.raises(QueryCanceledError):
            await fetch("SELECT pg_sleep(60)")
        (row,) = await fetch("SELECT current_setting('idle_in_transaction_session_timeout') AS idle")
        assert row["idle"] == "1min"
