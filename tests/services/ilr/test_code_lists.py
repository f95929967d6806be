"""The lists of codes by year: their files, and what changed between years."""

import datetime as dt
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from services.ilr.code_lists import RULES, Code, codes_in, codes_of, field_named, meanings, return_dates, with_meaning
from services.ilr.years import first_day

DOCUMENTS: dict[str, dict[str, Any]] = {
    entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text("utf-8"))
    for entry in files("services.ilr").joinpath("codes").iterdir()
}


@pytest.mark.parametrize("year", DOCUMENTS)
def test_a_file_names_the_source_of_each_of_its_lists(year: str) -> None:
    document = DOCUMENTS[year]
    assert document.keys() <= {*RULES, "return_dates"}
    for name, table in document.items():
        assert set(table) == {"source", "dates" if name == "return_dates" else "codes"}
        assert table["source"].strip()


def test_a_code_is_in_the_lists_of_its_years_only() -> None:
    assert {year: sorted(codes_in("FundModel", year) or ()) for year in ("2024-25", "2025-26", "2026-27")} == {
        "2024-25": [],
        "2025-26": [10, 11, 25, 35, 36, 37, 38, 81, 82, 99],
        "2026-27": [11, 25, 35, 36, 37, 38, 39, 81, 82, 99],
    }
    assert codes_in("FundModel", "2024-25") is None


def test_a_code_that_came_or_went_has_the_days_of_its_years() -> None:
    changed = [code for field in RULES for code in codes_of(field) if code.valid_from or code.valid_to]
    assert changed == [
        Code(value=10, meaning="community learning", valid_to=dt.date(2026, 7, 31)),
        Code(value=39, meaning="growth and skills short courses", valid_from=dt.date(2026, 8, 1)),
        Code(value=34, meaning="apprenticeship unit", valid_from=dt.date(2026, 8, 1)),
    ]


def test_codes_are_displayed_with_their_meanings_whatever_their_years() -> None:
    fund_models = meanings("FundModel")
    assert [with_meaning(code, fund_models) for code in (10, 39, 70)] == [
        "10 – community learning",
        "39 – growth and skills short courses",
        "70",
    ]


def test_fields_are_named_in_any_case() -> None:
    assert [field_named(name) for name in ("fundmodel", "FundModel", "LearnStartDate")] == [
        "FundModel",
        "FundModel",
        None,
    ]


def test_the_returns_of_a_year_are_in_order_and_of_that_year() -> None:
    known = {year: dates for year in DOCUMENTS if (dates := return_dates(year))}
    assert sorted(known) == ["2020-21", "2022-23"]
    for year, dates in known.items():
        assert list(dates) == [f"R{number:02}" for number in range(1, 15)]
        assert first_day(year) < min(dates.values())
        assert list(dates.values()) == sorted(dates.values())
    assert known["2022-23"]["R04"] == dt.date(2022, 12, 6)
    assert return_dates("2026-27") is None
