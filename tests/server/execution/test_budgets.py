"""What clients pay for on arrival: members from their own buckets, strangers from that of their network."""

import pytest

from server.execution.budgets import Budgets
from server.execution.clients import client_key
from server.limits import Limits
from server.protocol.request_errors import GraphQLRequestError

LIMITS = Limits(
    cost_bucket=1_000, max_cost=1, cost_refill=1, signed_out_bucket=300, signed_out_refill=1, max_input_values=50,
    max_tokens=50,
)  # fmt: skip
ADA = client_key("ada", "192.0.2.1")
STRANGER = client_key(None, "192.0.2.1")


def refusal(budgets: Budgets, client: object, data: bytes | str | None = None) -> tuple[int | None, str]:
    with pytest.raises(GraphQLRequestError) as raised:
        budgets.admit(client) if data is None else budgets.receive(client, data)  # type: ignore[arg-type]
    (error,) = raised.value.errors
    return raised.value.status, (error.extensions or {})["code"]


def test_strangers_have_a_bucket_of_their_own() -> None:
    budgets = Budgets(LIMITS)
    for _ in range(3):
        assert budgets.admit(STRANGER) == 16_384
    assert refusal(budgets, STRANGER) == (429, "RATE_LIMITED")
    assert refusal(budgets, client_key(None, "192.0.2.1")) == (429, "RATE_LIMITED")
    assert budgets.admit(client_key(None, "192.0.2.2")) == 16_384
    for _ in range(10):
        assert budgets.admit(ADA) == 1_048_576
    assert refusal(budgets, ADA) == (429, "RATE_LIMITED")
    with pytest.raises(GraphQLRequestError) as raised:
        budgets.spend(ADA, 100)
    assert raised.value.retry_after == 100
    assert budgets.spend(client_key("bob", ""), 100).left == 900


def test_a_network_is_a_64_of_ipv6() -> None:
    budgets = Budgets(LIMITS)
    for number in range(3):
        budgets.admit(client_key(None, f"2001:db8::{number}"))
    assert refusal(budgets, client_key(None, "2001:db8::ffff")) == (429, "RATE_LIMITED")
    budgets.admit(client_key(None, "2001:db8:0:1::1"))


def test_bytes_lists_and_objects_are_paid() -> None:
    budgets = Budgets(LIMITS)
    budgets.receive(ADA, b"[{}]" + b" " * 996)
    assert budgets.spend(ADA, 0).left == 1_000 - 10 - 2
    budgets.receive(ADA, "[" * 100)
    assert budgets.spend(ADA, 0).left == 988 - 1 - 100
    assert refusal(budgets, ADA, "[" * 101) == (None, "LIMIT_EXCEEDED")
    assert budgets.spend(ADA, 0).left == 887 - 1 - 101


def test_what_is_too_large_without_a_session_is_not_even_looked_at() -> None:
    budgets = Budgets(LIMITS)
    budgets.receive(STRANGER, b" " * 16_384)
    assert refusal(budgets, STRANGER, b"[" * 16_385) == (None, "UNAUTHENTICATED")
    assert budgets.spend(STRANGER, 0).left == 300 - 163
