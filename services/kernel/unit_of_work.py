"""Units of work: a transaction that is run again after a deadlock or a serialisation failure."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from asyncpg import DeadlockDetectedError, SerializationError

T = TypeVar("T")

MAX_ATTEMPTS = 3


async def unit_of_work(work: Callable[[], Awaitable[T]]) -> T:
    """Run ``work``, which writes in one transaction, and again on a deadlock or serialisation failure: three times at most."""
    for _ in range(MAX_ATTEMPTS - 1):
        try:
            return await work()
        except (DeadlockDetectedError, SerializationError):
            continue
    return await work()
