"""Leaky buckets: what is taken flows back with time, what is not there is refused with the wait for it."""

from dataclasses import dataclass
from typing import Any

import pytest

from server.execution import rate_limit as module
from server.execution.concurrency import ConcurrencyLimiter, account_of
from server.execution.rate_limit import Spent, TokenBuckets
from server.protocol.request_errors import GraphQLRequestError


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def refusal(buckets: TokenBuckets, account: str, cost: int) -> tuple[int | None, dict[str, str], Any]:
    with pytest.raises(GraphQLRequestError) as no:
        buckets.take(account, cost)
    return no.value.status, no.value.headers, no.value.formatted


def test_a_bucket_runs_empty_and_full_again() -> None:
    clock = Clock()
    buckets = TokenBuckets(100, 10, clock=clock)
    assert buckets.take("ada", 70) == Spent(requested=70, left=30, bucket=100, refill=10)
    assert buckets.take("ada", 30) == Spent(requested=30, left=0, bucket=100, refill=10)
    assert buckets.take("ada", 0).left == 0
    assert refusal(buckets, "ada", 25) == (
        429,
        {"Retry-After": "3"},
        {
            "errors": [
                {
                    "message": "Too much was asked lately: wait, or ask for less",
                    "extensions": {"code": "RATE_LIMITED", "retryAfter": 3, "requested": 25, "left": 0},
                }
            ]
        },
    )
    assert buckets.take("bob", 25).left == 75
    clock.now += 2.4
    assert refusal(buckets, "ada", 25)[1] == {"Retry-After": "1"}
    clock.now += 0.1
    assert buckets.take("ada", 25).left == 0
    clock.now += 1_000
    assert buckets.take("ada", 1).left == 99


def test_a_refused_cost_is_not_taken() -> None:
    buckets = TokenBuckets(100, 10, clock=Clock())
    buckets.take("ada", 50)
    refusal(buckets, "ada", 51)
    assert buckets.take("ada", 50).left == 0


def test_what_is_more_than_a_bucket_takes_a_full_one() -> None:
    clock = Clock()
    buckets = TokenBuckets(100, 10, clock=clock)
    assert buckets.take("ada", 1_000).left == 0
    clock.now += 9
    assert refusal(buckets, "ada", 1_000)[1] == {"Retry-After": "1"}
    clock.now += 1
    assert buckets.take("ada", 1_000).left == 0


def test_full_buckets_are_forgotten() -> None:
    clock = Clock()
    buckets = TokenBuckets(100, 10, clock=clock)
    for number in range(module.SWEPT_FROM - 1):
        buckets.take(f"stranger {number}", 1)
    clock.now += 1
    buckets.take("ada", 50)
    assert len(buckets) == module.SWEPT_FROM
    assert buckets.take("bob", 1).left == 99
    assert len(buckets) == 2
    assert buckets.take("ada", 50).left == 0


# a member's id | the client's address | the account
ACCOUNTS = [
    ("7", "192.0.2.1", "member 7"),
    (None, "192.0.2.1", "address 192.0.2.1"),
    (None, "::ffff:192.0.2.1", "address 192.0.2.1"),
    (None, "2001:db8:0:1::1", "address 2001:db8:0:1::/64"),
    (None, "2001:db8:0:1:ffff::2", "address 2001:db8:0:1::/64"),
    (None, "2001:db8:0:2::1", "address 2001:db8:0:2::/64"),
    (None, "fe80::1%eth0", "address fe80::/64"),
    (None, "", "address "),
    (None, "a socket", "address a socket"),
]


@pytest.mark.parametrize(("member", "client", "account"), ACCOUNTS)
def test_accounts(member: str | None, client: str, account: str) -> None:
    assert account_of(member, client) == account


def test_places_are_taken_and_given_back() -> None:
    places = ConcurrencyLimiter(2)
    with places.place("ada"):
        places.must_have_one("ada")
        with places.place("ada"):
            with pytest.raises(GraphQLRequestError) as no:
                places.must_have_one("ada")
            places.must_have_one("bob")
        places.must_have_one("ada")
    assert len(places) == 0
    assert (no.value.status, no.value.headers) == (429, {"Retry-After": "1"})
    extensions = {"code": "TOO_MANY_OPERATIONS", "retryAfter": 1, "allowed": 2}
    assert no.value.formatted == {"errors": [{"message": "At most 2 operations at a time", "extensions": extensions}]}
