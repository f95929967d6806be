"""How many of something run at the same time for each key, in this process."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class ConcurrencyLimiter:
    """Counts what runs for each key, for example the operations of a client, up to ``limit``."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._running: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._running)

    def has_room(self, key: str) -> bool:
        """Whether one more may run."""
        return self._running[key] < self.limit

    def try_acquire(self, key: str) -> bool:
        """Count one more, to be released; return False, and count nothing, if the limit is reached."""
        if not self.has_room(key):
            return False
        self._running[key] += 1
        return True

    def release(self, key: str) -> None:
        """Count one less."""
        self._running[key] -= 1
        if not self._running[key]:
            del self._running[key]

    @contextmanager
    def running(self, key: str) -> Iterator[None]:
        """Count one more while the block runs, even if the limit is reached."""
        self._running[key] += 1
        try:
            yield
        finally:
            self.release(key)
