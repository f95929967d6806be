"""Turns: one operation in each iteration of the event loop, and clients one after the other."""

import asyncio

from server.execution.compiled.turns import UNITS, Turn, Turnstile


class Iterations:
    """Counts the iterations of the event loop while the block runs."""

    def __init__(self) -> None:
        self.count = 0
        self._handle: asyncio.Handle | None = None

    def __enter__(self) -> "Iterations":
        self._tick()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._handle is not None
        self._handle.cancel()

    def _tick(self) -> None:
        self.count += 1
        self._handle = asyncio.get_running_loop().call_soon(self._tick)


async def test_an_operation_within_its_turn_is_not_interrupted() -> None:
    turn = Turn(Turnstile())
    with Iterations() as iterations:
        assert turn.spend(UNITS)
        await turn.next()
    assert (iterations.count, turn.spent) == (1, UNITS)


async def test_each_turn_is_in_an_iteration_of_its_own() -> None:
    turnstile = Turnstile()
    admitted: list[int] = []

    async def work(iterations: Iterations) -> None:
        turn = Turn(turnstile)
        for _ in range(3):
            assert not turn.spend(UNITS + 1)
            await turn.next()
            admitted.append(iterations.count)

    with Iterations() as iterations:
        await asyncio.gather(*(work(iterations) for _ in range(4)))
    assert len(admitted) == len(set(admitted)) == 12


async def test_clients_take_turns_however_many_operations_they_have() -> None:
    turnstile = Turnstile()
    order: list[str] = []

    async def work(client: str) -> None:
        await turnstile.wait(client)
        order.append(client)

    await asyncio.gather(*map(work, ["busy"] * 4 + ["other"] * 2))
    assert order == ["busy", "other", "busy", "other", "busy", "busy"]


async def test_a_cancelled_operation_gives_up_its_turn() -> None:
    turnstile = Turnstile()
    cancelled = asyncio.create_task(turnstile.wait("one"))
    await asyncio.sleep(0)
    cancelled.cancel()
    async with asyncio.timeout(10):
        await turnstile.wait("two")
    assert cancelled.cancelled()


async def test_work_beyond_a_turn_is_counted() -> None:
    turn = Turn(Turnstile())
    turn.spend(3 * UNITS)
    await turn.next()
    turn.spend(5)
    assert turn.spent == 3 * UNITS + 5
