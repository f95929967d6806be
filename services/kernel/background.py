"""How the workers beside the server take a step, and how they wait after one that failed."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any, TypeVar

MAX_BACKOFF = 60.0  # seconds, after rounds that failed as a whole

T = TypeVar("T")


async def finish_step(step: Coroutine[Any, Any, T], grace: float) -> T:
    """Run a step that a cancellation does not break, unless it takes longer than it may then.

    In a task of its own also because ``asyncio.wait_for`` of Python 3.11, which the libraries use, can lose a
    cancellation that comes at the wrong moment: the worker would then never end.
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
    """Seconds until the next try: 1, 2, 4 … each a fifth more or less, at most a minute."""
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, hides nothing
    return min(2.0 ** min(failures - 1, 10) * jitter, MAX_BACKOFF)
