"""Helpers of the background workers: finishing a step despite cancellation, and backing off after failures."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any, TypeVar

MAX_BACKOFF = 60.0
"""The longest pause between two attempts, in seconds."""

T = TypeVar("T")


async def finish_step(step: Coroutine[Any, Any, T], grace: float) -> T:
    """Run a step to its end even if the caller is cancelled meanwhile, for at most ``grace`` more seconds.

    The cancellation is raised once the step has ended. The step runs in a task of its own also because
    ``asyncio.wait_for`` of Python 3.11, which the libraries use, can lose a cancellation that comes at the wrong moment:
    the worker would then never end.
    """
    task = asyncio.create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            await asyncio.wait([task], timeout=grace)
        finally:
            while not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=1)
        raise


def backoff_seconds(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row: 1, 2, 4 … up to a minute, with a jitter of 20 %."""
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, hides nothing
    return min(2.0 ** min(failures - 1, 10) * jitter, MAX_BACKOFF)
