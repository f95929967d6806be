"""The time between the end of a programme and its achievement (AchDate_11)."""

import datetime as dt
from typing import Any

import pytest

from services.automations.date_rules import check_achievement
from services.kernel.errors import ErrorCode, Problem
from tests.support.scenarios.record_checks import aim, problems_of

BOOTCAMP: dict[str, Any] = {"fund_model": 37, "programme_type": 32}
UNIT: dict[str, Any] = {"fund_model": 39, "programme_type": 34}
TRAILBLAZER: dict[str, Any] = {"fund_model": 81, "programme_type": 25}
FRAMEWORK: dict[str, Any] = {"fund_model": 36, "programme_type": 2}


def problems(entered_end: str, achieved: str, reference: str = "ZPROG001", **columns: Any) -> list[Problem]:
    values = {"scope": ["WHOLE_PROGRAMME"], "actualEndDate": entered_end, "achievementDate": achieved}
    aims = [aim(reference, start_date=dt.date(2018, 9, 1), **columns)]
    return problems_of(check_achievement, "COMPLETION", values, aims)


def too_early(earliest: str, message: str, rule: str | None) -> list[Problem]:
    path = ("values", "achievementDate")
    return [
        Problem(path, ErrorCode.TOO_EARLY, f"'Achievement date' must be {message}", (("earliest", earliest),), rule)
    ]


def test_seven_days_lie_between_the_training_of_a_standard_and_its_achievement() -> None:
    expected = too_early("2026-06-08", "8 June 2026 or later: the programme ended on 1 June 2026.", "AchDate_11")
    assert problems("2026-06-01", "2026-06-07") == expected
    assert problems("2026-06-01", "2026-06-08") == []


def test_an_end_that_the_aim_has_counts_instead_of_the_one_that_is_entered() -> None:
    ended: dict[str, Any] = {"outcome": 8, "actual_end_date": dt.date(2026, 6, 1)}
    expected = too_early("2026-06-08", "8 June 2026 or later: the programme ended on 1 June 2026.", "AchDate_11")
    assert problems("2026-05-01", "2026-06-07", **ended) == expected
    assert problems("2026-06-05", "2026-06-08", **ended) == []


def test_the_seven_days_hold_for_training_that_ended_since_august_2019() -> None:
    assert problems("2019-07-31", "2019-07-31") == []
    expected = too_early("2019-08-08", "8 August 2019 or later: the programme ended on 1 August 2019.", "AchDate_11")
    assert problems("2019-08-01", "2019-08-07") == expected
    assert problems("2019-08-01", "2019-08-08") == []


@pytest.mark.parametrize("columns", [BOOTCAMP, UNIT, TRAILBLAZER, FRAMEWORK])
def test_other_programmes_can_be_achieved_on_their_last_day(columns: dict[str, Any]) -> None:
    assert problems("2026-06-01", "2026-06-01", **columns) == []
    ended = columns | {"completion_status": 2, "outcome": 8, "actual_end_date": dt.date(2026, 6, 2)}
    expected = too_early("2026-06-02", "2 June 2026 or later: the programme ended on 2 June 2026.", None)
    assert problems("2026-06-01", "2026-06-01", **ended) == expected


def test_the_ends_of_other_aims_do_not_count() -> None:
    assert problems("2026-06-01", "2026-06-01", "60346676") == []
