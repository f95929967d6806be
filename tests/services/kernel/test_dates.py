"""Calendar dates in Europe/London, and their format."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from services.kernel.dates import format_date, local_date, today


@pytest.mark.parametrize(
    ("timestamp", "date"),
    [
        ("2026-06-30T22:59:59+00:00", "2026-06-30"),
        ("2026-06-30T23:00:00+00:00", "2026-07-01"),  # summer time: midnight in London is 23:00 in UTC
        ("2026-12-31T23:59:59+00:00", "2026-12-31"),
        ("2027-01-01T00:00:00+00:00", "2027-01-01"),
        ("2026-11-24T18:30:00-08:00", "2026-11-25"),
    ],
)
def test_a_day_begins_at_midnight_in_london(timestamp: str, date: str) -> None:
    assert local_date(dt.datetime.fromisoformat(timestamp)) == dt.date.fromisoformat(date)


def test_today_is_the_day_in_london() -> None:
    london = ZoneInfo("Europe/London")
    before = dt.datetime.now(london).date()
    current = today()
    assert before <= current <= dt.datetime.now(london).date()


def test_dates_are_formatted_without_leading_zeros() -> None:
    assert format_date(dt.date(2026, 9, 1)) == "1 September 2026"
