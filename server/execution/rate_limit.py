"""Rate limiting by cost: token buckets that are held in this process's memory.

Each process has its own buckets, so an installation with N processes allows up to N times as much. Storing buckets in
the database would add a statement to every request.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from server.protocol.error_codes import Code
from server.protocol.request_errors import too_many_requests


@dataclass(frozen=True, slots=True)
class Charge:
    """The cost taken from a bucket, and the state of the bucket afterwards."""

    requested: int
    left: int
    bucket: int
    """The capacity of the bucket."""
    refill: int
    """The number of tokens restored per second."""


@dataclass(slots=True)
class _Bucket:
    spent: float
    updated_at: float


class TokenBuckets:
    """A token bucket per key, which holds at most ``size`` tokens and regains ``refill`` tokens per second.

    Full buckets are dropped once there are ``sweep_from`` buckets, and again whenever the number of buckets has
    doubled.
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
        """Take tokens from a bucket. Raises GraphQLRequestError, without taking any, if there are too few.

        A cost above the bucket's capacity is reduced to the capacity.
        """
        cost = min(cost, self._size)
        bucket = self._bucket(key)
        shortfall = bucket.spent + cost - self._size
        if shortfall > 0:
            message = "Rate limit exceeded: wait, or request less"
            left = max(0, int(self._size - bucket.spent))
            raise too_many_requests(message, Code.RATE_LIMITED, shortfall / self._refill, requested=cost, left=left)
        bucket.spent += cost
        return Charge(cost, int(self._size - bucket.spent), self._size, self._refill)

    def owe(self, key: str, cost: int) -> float:
        """Take tokens from a bucket, even if there are too few, and return in how many seconds there will have been enough.

        Those who owe are served one after the other, in the order in which they asked. They never owe more than a full bucket,
        so a client waits for at most the time in which two buckets are filled.
        """
        bucket = self._bucket(key)
        bucket.spent = min(bucket.spent + cost, 2 * self._size)
        return max(0.0, bucket.spent - self._size) / self._refill

    def _bucket(self, key: str) -> _Bucket:
        """Return a bucket as it is now."""
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            self._sweep(now)
            bucket = self._buckets[key] = _Bucket(0, now)
        bucket.spent = self._spent_at(bucket, now)
        bucket.updated_at = now
        return bucket

    def _spent_at(self, bucket: _Bucket, now: float) -> float:
        return max(0.0, bucket.spent - (now - bucket.updated_at) * self._refill)

    def _sweep(self, now: float) -> None:
        """Drop full buckets once there are many buckets; a new bucket would be just as full."""
        if len(self._buckets) < self._next_sweep:
            return
        full = [key for key, bucket in self._buckets.items() if not self._spent_at(bucket, now)]
        for key in full:
            del self._buckets[key]
        self._next_sweep = max(self._sweep_from, 2 * len(self._buckets))
