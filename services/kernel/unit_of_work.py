"""Units of work: what one public write does, all or nothing."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from asyncpg import DeadlockDetectedError, SerializationError

T = TypeVar("T")

ATTEMPTS = 3


async def unit_of_work(work: Callable[[], Awaitable[T]]) -> T:
    """Do ``work``, which writes in one transaction; a deadlock or serialisation failure does it all again."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await work()
        except (DeadlockDetectedError, SerializationError):
            continue
    return await work()
