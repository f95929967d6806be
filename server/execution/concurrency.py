"""A limit on concurrent work per key, counted within this process."""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class ConcurrencyLimiter:
    """Limits how many tasks run concurrently per key, such as the operations of a client."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._running: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return len(self._running)

    def has_room(self, key: Hashable) -> bool:
        """Return whether another task may start."""
        return self._running[key] < self.limit

    def try_acquire(self, key: Hashable) -> bool:
        """Acquire a slot and return True, or return False if the limit is reached."""
        if not self.has_room(key):
            return False
        self.acquire(key)
        return True

    def acquire(self, key: Hashable) -> None:
        """Acquire a slot, even if this exceeds the limit."""
        self._running[key] += 1

    def release(self, key: Hashable) -> None:
        """Release an acquired slot."""
        self._running[key] -= 1
        if not self._running[key]:
            del self._running[key]

    @contextmanager
    def running(self, key: Hashable) -> Iterator[None]:
        """Hold a slot while the block runs, even if this exceeds the limit."""
        self.acquire(key)
        try:
            yield
        finally:
            self.release(key)
