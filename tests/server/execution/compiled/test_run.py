"""What becomes of awaitables when an operation is cancelled, or one of them fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from server.execution.compiled.run import Run, abandon, settled


class Slow:
    """Coroutines that wait, and whether they were cancelled."""

    def __init__(self) -> None:
        self.started = 0
        self.cancelled = 0

    async def wait(self) -> None:
        self.started += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


async def value(result: Any) -> Any:
    return result


async def failing() -> None:
    await asyncio.sleep(0)
    raise ValueError("failed")


@asynccontextmanager
async def unretrieved() -> AsyncIterator[list[Any]]:
    """Yield the list of the loop's complaints during the block, about exceptions that nobody retrieved."""
    complaints: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))
    yield complaints
    loop.set_exception_handler(None)


async def test_values_in_their_order() -> None:
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    future.set_result(2)
    assert await settled([value(1), future, value(3)]) == [1, 2, 3]


async def test_the_others_are_cancelled_when_one_fails() -> None:
    slow = Slow()
    async with unretrieved() as complaints:
        other: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with pytest.raises(ValueError, match="failed"):
            await settled([failing(), slow.wait(), other])
        other.set_exception(ValueError("too late"))
        await asyncio.sleep(0)
        del other
    assert (slow.started, slow.cancelled, complaints) == (1, 1, [])


async def test_all_are_cancelled_with_the_operation() -> None:
    slow = Slow()
    futures: list[asyncio.Future[None]] = [asyncio.get_running_loop().create_future() for _ in range(2)]
    task = asyncio.create_task(settled([slow.wait(), *futures, slow.wait()]))
    while slow.started < 2:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (slow.cancelled, [future.cancelled() for future in futures]) == (2, [True, True])


async def test_an_abandoned_coroutine_never_runs() -> None:
    slow = Slow()
    abandon(slow.wait())  # a warning would fail the test
    await asyncio.sleep(0)
    assert slow.started == 0


async def test_a_gap_is_filled_in_its_place() -> None:
    run = Run(None, None, {}, None, None, None)  # type: ignore[arg-type]
    completed, gap = run.other(value(2), "b", lambda number, _: number * 10, None)
    container = {"a": 1, "b": completed, "c": 3}
    assert gap is not None
    gap.container = container
    await run.settle()
    assert list(container.items()) == [("a", 1), ("b", 20), ("c", 3)]
