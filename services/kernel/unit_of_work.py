"""Units of work: transactions that are retried after a deadlock or a serialisation failure."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from asyncpg import DeadlockDetectedError, SerializationError

T = TypeVar("T")

MAX_ATTEMPTS = 3


async def unit_of_work(work: Callable[[], Awaitable[T]]) -> T:
    """Run ``work``, which writes in one transaction, retrying on a deadlock or serialisation failure.

    It runs at most three times.
    """
    for _ in range(MAX_ATTEMPTS - 1):
        try:
            return await work()
        except (DeadlockDetectedError, SerializationError):
            continue
    return await work()
