"""Tests of what waits for a data loader."""

import asyncio
import gc
from typing import Any

from schema.declaration.fields import Then, then


def test_what_is_at_hand_is_made_at_once() -> None:
    assert then(2, str) == "2"


async def test_what_is_not_at_hand_waits_for_it_without_a_task() -> None:
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    tasks = asyncio.all_tasks()
    waiting = [
        then(future, str),
        then(future, lambda number: then(number, str)),
        then(future, lambda _: then(future, str)),
    ]
    asyncio.get_running_loop().call_soon(future.set_result, 2)
    assert [await one for one in waiting] == ["2", "2", "2"]
    assert asyncio.all_tasks() == tasks


async def test_an_exception_that_nothing_waits_for_is_not_reported() -> None:
    reported: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: reported.append(context))
    for is_closed in (True, False):
        future: asyncio.Future[int] = loop.create_future()
        waiting = then(future, str)
        assert isinstance(waiting, Then)
        if is_closed:
            waiting.close()
        future.set_exception(ValueError())
        del waiting, future
        await asyncio.sleep(0)
        gc.collect()
        assert len(reported) == (0 if is_closed else 1)
