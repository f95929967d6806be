"""Token buckets: spending and refilling, and the error and waiting time when there are too few tokens."""

from dataclasses import dataclass
from typing import Any

import pytest

from server.execution.rate_limit import Charge, TokenBuckets
from server.protocol.request_errors import GraphQLRequestError


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def rejection(buckets: TokenBuckets, key: str, cost: int) -> tuple[int | None, dict[str, str], Any]:
    with pytest.raises(GraphQLRequestError) as raised:
        buckets.spend(key, cost)
    return raised.value.status, raised.value.headers, raised.value.formatted


def test_a_bucket_is_emptied_and_refilled() -> None:
    clock = Clock()
    buckets = TokenBuckets(100, 10, clock=clock)
    assert buckets.spend("ada", 70) == Charge(requested=70, left=30, bucket=100, refill=10)
    assert buckets.spend("ada", 30) == Charge(requested=30, left=0, bucket=100, refill=10)
    assert buckets.spend("ada", 0).left == 0
    assert rejection(buckets, "ada", 25) == (
        429,
        {"Retry-After": "3"},
        {
            "errors": [
                {
                    "message": "Rate limit exceeded: wait, or request less",
                    "extensions": {"code": "RATE_LIMITED", "retryAfter": 3, "requested": 25, "left": 0},
                }
            ]
        },
    )
    assert buckets.spend("bob", 25).left == 75
    clock.now += 2.4
    assert rejection(buckets, "ada", 25)[1] == {"Retry-After": "1"}
    clock.now += 0.1
    assert buckets.spend("ada", 25).left == 0
    clock.now += 1_000
    assert buckets.spend("ada", 1).left == 99


def test_a_rejected_cost_is_not_charged() -> None:
    buckets = TokenBuckets(100, 10, clock=Clock())
    buckets.spend("ada", 50)
    rejection(buckets, "ada", 51)
    assert buckets.spend("ada", 50).left == 0


def test_a_cost_above_the_size_empties_a_full_bucket() -> None:
    clock = Clock()
    buckets = TokenBuckets(100, 10, clock=clock)
    assert buckets.spend("ada", 1_000).left == 0
    clock.now += 9
    assert rejection(buckets, "ada", 1_000)[1] == {"Retry-After": "1"}
    clock.now += 1
    assert buckets.spend("ada", 1_000).left == 0


def test_full_buckets_are_dropped() -> None:
    clock = Clock()
    buckets = TokenBuckets(100, 10, sweep_from=100, clock=clock)
    for number in range(99):
        buckets.spend(f"client {number}", 1)
    clock.now += 1
    buckets.spend("ada", 50)
    assert len(buckets) == 100
    assert buckets.spend("bob", 1).left == 99
    assert len(buckets) == 2
    assert buckets.spend("ada", 50).left == 0


def test_what_is_owed_is_paid_one_after_the_other() -> None:
    clock = Clock()
    buckets = TokenBuckets(100, 10, clock=clock)
    assert [buckets.owe("ada", 40) for _ in range(4)] == [0, 0, 2, 6]
    assert rejection(buckets, "ada", 10)[2]["errors"][0]["extensions"] == {
        "code": "RATE_LIMITED", "retryAfter": 7, "requested": 10, "left": 0,
    }  # fmt: skip
    clock.now += 5
    assert buckets.owe("ada", 40) == 5
    clock.now += 5
    assert buckets.spend("ada", 0).left == 0
    assert buckets.owe("bob", 1_000) == 10  # not more than a full bucket
