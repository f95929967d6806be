"""ILR years and their days."""

import datetime as dt

import pytest

from services.ilr.years import first_day, full_year, ilr_year, last_day


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (dt.date(2026, 7, 31), "2025-26"),
        (dt.date(2026, 8, 1), "2026-27"),
        (dt.date(2026, 12, 31), "2026-27"),
        (dt.date(2027, 1, 1), "2026-27"),
        (dt.date(2099, 9, 1), "2099-00"),
    ],
)
def test_a_year_begins_on_the_first_of_august(day: dt.date, year: str) -> None:
    assert ilr_year(day) == year
    assert first_day(year) <= day <= last_day(year)
    assert {ilr_year(first_day(year)), ilr_year(last_day(year))} == {year}


@pytest.mark.parametrize(("short", "full"), [("26-27", "2026-27"), ("99-00", "2099-00"), ("", None), ("2026-27", None)])
def test_the_short_form_of_a_year(short: str, full: str | None) -> None:
    assert full_year(short) == full
