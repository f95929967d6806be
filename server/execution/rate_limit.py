"""What each client may still spend: a leaky bucket of cost, in the memory of this process.

A member has one for all of their connections; whoever is signed out shares the one of their address. Each of
several processes keeps buckets of its own, so an installation with N of them allows up to N times as much:
a bucket in the database would cost every request a statement.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from server.protocol.error_codes import Code
from server.protocol.request_errors import too_many_requests

SWEPT_FROM = 10_000


@dataclass(frozen=True, slots=True)
class Spent:
    """What an operation took from its bucket, and what that has still got."""

    requested: int
    left: int
    bucket: int
    refill: int


@dataclass(slots=True)
class _Bucket:
    spent: float
    at: float


class TokenBuckets:
    """One bucket for each account: `size` at most, into which `refill` flows in a second."""

    def __init__(self, size: int, refill: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._refill = refill
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._swept_at = SWEPT_FROM

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, account: str, cost: int) -> Spent:
        """Take a cost; raises GraphQLRequestError, and takes nothing, where it is not there yet.

        A cost greater than the bucket is taken from a full one.
        """
        cost = min(cost, self._size)
        now = self._clock()
        bucket = self._buckets.get(account)
        if bucket is None:
            self._sweep(now)
            bucket = self._buckets[account] = _Bucket(0, now)
        bucket.spent = self._still_spent(bucket, now)
        bucket.at = now
        lacking = bucket.spent + cost - self._size
        if lacking > 0:
            message = "Too much was asked lately: wait, or ask for less"
            left = int(self._size - bucket.spent)
            raise too_many_requests(message, Code.RATE_LIMITED, lacking / self._refill, requested=cost, left=left)
        bucket.spent += cost
        return Spent(cost, int(self._size - bucket.spent), self._size, self._refill)

    def _still_spent(self, bucket: _Bucket, now: float) -> float:
        return max(0.0, bucket.spent - (now - bucket.at) * self._refill)

    def _sweep(self, now: float) -> None:
        """Forget the full buckets, whenever there are twice as many as after the last time."""
        if len(self._buckets) < self._swept_at:
            return
        full = [account for account, bucket in self._buckets.items() if not self._still_spent(bucket, now)]
        for account in full:
            del self._buckets[account]
        self._swept_at = max(SWEPT_FROM, 2 * len(self._buckets))
