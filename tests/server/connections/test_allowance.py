"""Tests of what may be done at once and in the long run."""

import pytest

from server.connections.allowance import Allowance


def test_an_allowance_is_refilled() -> None:
    allowance = Allowance(2, 4)
    assert [allowance.take(now) for now in (100.0, 100.0)] == [0, 0]
    assert allowance.take(100.0) == pytest.approx(0.25)
    assert allowance.take(100.25) == 0
    assert [allowance.left(now) for now in (100.5, 200.0)] == [1, 2]
    assert [allowance.is_full(now) for now in (100.5, 200.0)] == [False, True]
