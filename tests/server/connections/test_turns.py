"""Tests of the turns in which clients are served: who waits, for how many iterations, and who goes first."""

import asyncio

import pytest

from server.connections.turns import LANES_AT_ONCE, MAX_WAITING, TurnLostError, Turns
from server.execution.clients import ClientKey

ADA, BOB = ClientKey(is_member=True, name="ada"), ClientKey(is_member=True, name="bob")
NETWORK = ClientKey(is_member=False, name="192.0.2.1")


async def next_iteration() -> None:
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_each_lane_has_a_turn_in_each_iteration() -> None:
    turns = Turns()
    assert [turns.try_take(lane) for lane in (ADA, BOB, NETWORK, ADA, NETWORK)] == [True, True, True, False, False]
    await next_iteration()
    assert [turns.try_take(lane) for lane in (ADA, ADA)] == [True, False]


async def test_a_flood_of_one_lane_does_not_delay_another() -> None:
    """Of a thousand that wait, one is served an iteration, and another lane is never behind them."""
    turns = Turns()
    served: list[int] = []

    async def request(number: int) -> None:
        await turns.wait(ADA)
        served.append(number)

    flood = [asyncio.create_task(request(number)) for number in range(1_000)]
    await asyncio.sleep(0)
    for _ in range(20):
        before = len(served)
        assert turns.try_take(BOB)
        await next_iteration()
        assert len(served) - before <= 3
    for task in flood:
        task.cancel()
    await asyncio.gather(*flood, return_exceptions=True)
    await next_iteration()
    assert turns.try_take(ADA)


async def test_the_newest_of_a_lane_is_first() -> None:
    turns = Turns()
    served: list[int] = []

    async def request(number: int) -> None:
        await turns.wait(NETWORK)
        served.append(number)

    async with asyncio.timeout(10):
        await asyncio.gather(*(request(number) for number in range(5)))
    assert served == [4, 3, 2, 1, 0]


async def test_strangers_wait_beyond_their_rate() -> None:
    now = 0.0
    turns = Turns(rate=10, burst=2, clock=lambda: now)
    for expected in (True, True, False):
        assert turns.try_take(NETWORK) is expected
        await next_iteration()
    waiting = asyncio.create_task(turns.wait(NETWORK))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    assert turns.try_take(ADA)  # a member does not wait for the strangers' pause to end
    await next_iteration()
    assert turns.try_take(ADA)
    now = 0.1
    async with asyncio.timeout(10):
        await waiting


async def test_networks_together_have_a_share_of_an_iteration() -> None:
    turns = Turns()
    networks = [ClientKey(is_member=False, name=f"192.0.2.{number}") for number in range(LANES_AT_ONCE + 1)]
    assert [turns.try_take(lane) for lane in networks] == [True] * LANES_AT_ONCE + [False]
    assert turns.try_take(ADA)


async def test_the_oldest_of_too_many_loses_its_turn() -> None:
    turns = Turns(rate=0.001, burst=0.5)
    waiting = [asyncio.create_task(turns.wait(NETWORK)) for _ in range(MAX_WAITING + 1)]
    with pytest.raises(TurnLostError):
        await waiting[0]
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
