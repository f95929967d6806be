"""What each client may still spend: token buckets of cost, in the memory of this process.

A member has one bucket for all connections; clients that are not signed in share the bucket of their network. Several
processes keep buckets of their own, so an installation with N of them allows up to N times as much: a bucket in the
database would cost every request a statement.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from server.protocol.error_codes import Code
from server.protocol.request_errors import too_many_requests


@dataclass(frozen=True, slots=True)
class Charge:
    """The cost that was taken from a bucket, and the state of the bucket after it."""

    requested: int
    left: int
    bucket: int
    """The size of the bucket."""
    refill: int
    """What flows back in a second."""


@dataclass(slots=True)
class _Bucket:
    spent: float
    at: float


class TokenBuckets:
    """One token bucket for each key: ``size`` tokens at most, ``refill`` of them flow back in a second.

    Full buckets are dropped when there are ``sweep_from`` buckets, and then whenever their number has doubled.
    """

    def __init__(
        self, size: int, refill: int, *, sweep_from: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size = size
        self._refill = refill
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._sweep_from = self._next_sweep = sweep_from

    def __len__(self) -> int:
        return len(self._buckets)

    def spend(self, key: str, cost: int) -> Charge:
        """Take a cost from a bucket. Raises GraphQLRequestError, and takes nothing, if the tokens do not suffice.

        A cost greater than the size empties a full bucket.
        """
        cost = min(cost, self._size)
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            self._sweep(now)
            bucket = self._buckets[key] = _Bucket(0, now)
        bucket.spent = self._still_spent(bucket, now)
        bucket.at = now
        lacking = bucket.spent + cost - self._size
        if lacking > 0:
            message = "Rate limit exceeded: wait, or request less"
            left = int(self._size - bucket.spent)
            raise too_many_requests(message, Code.RATE_LIMITED, lacking / self._refill, requested=cost, left=left)
        bucket.spent += cost
        return Charge(cost, int(self._size - bucket.spent), self._size, self._refill)

    def _still_spent(self, bucket: _Bucket, now: float) -> float:
        return max(0.0, bucket.spent - (now - bucket.at) * self._refill)

    def _sweep(self, now: float) -> None:
        """Drop the full buckets: a new one would be the same."""
        if len(self._buckets) < self._next_sweep:
            return
        full = [key for key, bucket in self._buckets.items() if not self._still_spent(bucket, now)]
        for key in full:
            del self._buckets[key]
        self._next_sweep = max(self._sweep_from, 2 * len(self._buckets))
