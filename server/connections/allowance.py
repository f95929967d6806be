"""What somebody may do at once and in the long run, for things that are too small to be charged by their cost."""

import time


class Allowance:
    """So many times at once, and ``rate`` times a second in the long run."""

    __slots__ = ("_burst", "_left", "_rate", "_updated_at")

    def __init__(self, burst: float, rate: float) -> None:
        self._burst = self._left = burst
        self._rate = rate
        self._updated_at = 0.0

    def take(self, now: float | None = None) -> float:
        """Take one and return 0, or return the seconds after which there will be one; ``now`` is a monotonic time."""
        now = time.monotonic() if now is None else now
        self._left = self.left(now)
        self._updated_at = now
        if self._left < 1:
            return (1 - self._left) / self._rate
        self._left -= 1
        return 0.0

    def left(self, now: float) -> float:
        """Return how many are left."""
        return min(self._burst, self._left + (now - self._updated_at) * self._rate)

    def is_full(self, now: float) -> bool:
        """Return whether nothing has been taken, or enough time has passed since."""
        return self.left(now) >= self._burst
