"""Helpers for background workers: finishing a step despite cancellation, and backing off after failures."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

MAX_BACKOFF = 60.0
"""The longest pause between two attempts, in seconds."""

T = TypeVar("T")


async def finish_step(step: Coroutine[Any, Any, T], grace: float, *, on_cancel: Callable[[], None] = lambda: None) -> T:
    """Run a step to completion even if the caller is cancelled, for at most ``grace`` seconds after that.

    ``on_cancel`` is called at the cancellation, so that a long step can end at the next opportunity.
    The cancellation is raised once the step has ended. Another reason to run the step in a task of its own is that
    ``asyncio.wait_for`` in Python 3.11, which the libraries use, can swallow a cancellation that arrives at the wrong
    moment, so that the worker would never end.
    """
    task = asyncio.create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        on_cancel()
        try:
            await asyncio.wait([task], timeout=grace)
        finally:
            while not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=1)
        raise


def backoff_seconds(failures: int) -> float:
    """Return the seconds to wait after consecutive failures: 1, 2, 4 … up to 60, with a jitter of 20 %."""
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, hides nothing
    return min(2.0 ** min(failures - 1, 10) * jitter, MAX_BACKOFF)
