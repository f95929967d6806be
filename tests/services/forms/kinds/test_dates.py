"""Validation of date values. Bounds by other fields are tested in ``test_validate_bounds``."""

import datetime as dt

import pytest

from services.forms.definitions import DateBound, DateField
from services.kernel.errors import ErrorCode, Problem
from tests.support.scenarios.form_samples.forms import CheckResult, check_value, problem_at

DAY = dt.date(2026, 9, 1)
START = DateField(key="start", label="Start date")


@pytest.mark.parametrize(
    ("day", "problems"),
    [
        (dt.date(1900, 1, 1), ()),
        (dt.date(2100, 12, 31), ()),
        (
            dt.date(1899, 12, 31),
            (
                problem_at(
                    "start", ErrorCode.TOO_EARLY, "'Start date' must be 1 January 1900 or later.", earliest="1900-01-01"
                ),
            ),
        ),
        (
            dt.date(2101, 1, 1),
            (
                problem_at(
                    "start",
                    ErrorCode.TOO_LATE,
                    "'Start date' must be 31 December 2100 or earlier.",
                    latest="2100-12-31",
                ),
            ),
        ),
        (
            dt.date(1, 1, 1),
            (
                problem_at(
                    "start", ErrorCode.TOO_EARLY, "'Start date' must be 1 January 1900 or later.", earliest="1900-01-01"
                ),
            ),
        ),
        (
            dt.date(9999, 12, 31),
            (
                problem_at(
                    "start",
                    ErrorCode.TOO_LATE,
                    "'Start date' must be 31 December 2100 or earlier.",
                    latest="2100-12-31",
                ),
            ),
        ),
    ],
)
async def test_dates_from_1900_to_2100(day: dt.date, problems: tuple[Problem, ...]) -> None:
    assert await check_value(START, day) == CheckResult(day.isoformat(), problems)


@pytest.mark.parametrize(
    ("bound", "limit"),
    [
        (DateBound(date=DAY), DAY),
        (DateBound(date=DAY, offset_days=-1), dt.date(2026, 8, 31)),
        (DateBound(today=True), dt.date(2026, 11, 24)),
        (DateBound(today=True, offset_days=7), dt.date(2026, 12, 1)),
    ],
)
async def test_bounds_by_fixed_dates_and_today(bound: DateBound, limit: dt.date) -> None:
    day_before, day_after = limit - dt.timedelta(1), limit + dt.timedelta(1)
    lower_bounded = DateField(key="d", label="D", earliest=(bound,))
    upper_bounded = DateField(key="d", label="D", latest=(bound,))
    day_text = f"{limit.day} {limit:%B} {limit.year}"
    too_early = problem_at("d", ErrorCode.TOO_EARLY, f"'D' must be {day_text} or later.", earliest=limit.isoformat())
    too_late = problem_at("d", ErrorCode.TOO_LATE, f"'D' must be {day_text} or earlier.", latest=limit.isoformat())
    assert await check_value(lower_bounded, limit) == CheckResult(limit.isoformat())
    assert await check_value(lower_bounded, day_before) == CheckResult(day_before.isoformat(), (too_early,))
    assert await check_value(upper_bounded, limit) == CheckResult(limit.isoformat())
    assert await check_value(upper_bounded, day_after) == CheckResult(day_after.isoformat(), (too_late,))


async def test_only_the_strictest_bound_is_reported() -> None:
    field = DateField(
        key="d",
        label="D",
        earliest=(DateBound(date=dt.date(2020, 1, 1)), DateBound(today=True)),
        latest=(DateBound(date=dt.date(2026, 1, 1)), DateBound(today=True, offset_days=9)),
    )
    too_early = problem_at("d", ErrorCode.TOO_EARLY, "'D' must be 24 November 2026 or later.", earliest="2026-11-24")
    too_late = problem_at("d", ErrorCode.TOO_LATE, "'D' must be 1 January 2026 or earlier.", latest="2026-01-01")
    assert await check_value(field, dt.date(2026, 5, 5)) == CheckResult("2026-05-05", (too_early, too_late))


@pytest.mark.parametrize("offset", [2**31 - 1, 3_000_000])
async def test_a_bound_beyond_the_calendar_still_applies(offset: int) -> None:
    never = DateField(key="d", label="D", earliest=(DateBound(today=True, offset_days=offset),))
    always = DateField(key="d", label="D", earliest=(DateBound(today=True, offset_days=-offset),))
    assert [problem.code for problem in (await check_value(never, DAY)).problems] == [ErrorCode.TOO_EARLY]
    assert await check_value(always, DAY) == CheckResult("2026-09-01")
