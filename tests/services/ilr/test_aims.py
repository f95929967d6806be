"""What the codes of a learning aim say about it."""

import datetime as dt
from typing import Any

import pytest

from models import LearningAim
from services.ilr.aims import is_through_gateway

GATEWAY: dict[str, Any] = {
    "aim_type": 1, "programme_type": 25, "completion_status": 1, "outcome": 8, "actual_end_date": dt.date(2026, 6, 30)
}  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "through"),
    [
        ({}, True),
        ({"fund_model": 99}, True),
        ({"aim_type": 3}, False),
        ({"programme_type": 34}, False),
        ({"completion_status": 2}, False),
        ({"completion_status": 6}, False),
        ({"outcome": 3}, False),
        ({"outcome": None}, False),
        ({"actual_end_date": None}, False),
    ],
)
def test_a_standards_programme_aim_is_through_the_gateway_when_its_training_is_over(
    codes: dict[str, Any], *, through: bool
) -> None:
    assert is_through_gateway(LearningAim(**(GATEWAY | codes))) is through
