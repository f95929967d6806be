"""The ILR's lists of codes by year, read from the files in ``codes/``.

Each file is named after its ILR year and has a table for each field of the ILR whose list is known for that year: its
``source``, and its ``codes`` with their meanings. ``return_dates`` has the last day of each return. A list without a
source is left out, and then nothing is checked against it.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from services.ilr.years import first_day, last_day

RULES: Mapping[str, str] = MappingProxyType(
    {
        "CompStatus": "CompStatus_01",
        "FundModel": "FundModel_01",
        "Outcome": "Outcome_01",
        "ProgType": "ProgType_03",
        "WithdrawReason": "WithdrawReason_02",
    }
)
"""The fields that have lists, with the validation rule that a code outside the year's list breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code with its meaning, and the first and the last day of the years whose lists have it.

    A day is None if the code is in the earliest list known, or in the latest.
    """

    value: int
    meaning: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


def codes_in(field: str, year: str) -> Mapping[int, str] | None:
    """Return the codes of a field in an ILR year with their meanings, or None if the list is not known."""
    return _lists(field).get(year)


@cache
def codes_of(field: str) -> tuple[Code, ...]:
    """Return the codes of a field in all years that are known, in ascending order."""
    lists = _lists(field)
    years = sorted(lists)
    return tuple(_code(value, lists, years) for value in sorted({value for codes in lists.values() for value in codes}))


@cache
def meanings(field: str) -> Mapping[int, str]:
    """Return the meanings of all codes of a field, those of the newest list that has them."""
    return MappingProxyType({code.value: code.meaning for code in codes_of(field)})


def with_meaning(code: int, code_meanings: Mapping[int, str]) -> str:
    """Return a code with its meaning, such as ``6 – break in learning``; if that is unknown, only the code."""
    return f"{code} – {code_meanings[code]}" if code in code_meanings else str(code)


def field_named(name: str) -> str | None:
    """Return the field with this name in any case, or None if it has no list."""
    return next((field for field in RULES if field.casefold() == name.casefold()), None)


def return_dates(year: str) -> Mapping[str, dt.date] | None:
    """Return the last day of each return of an ILR year, ``R01`` to ``R14``, or None if they are not known."""
    document = _documents().get(year, {})
    return document["return_dates"]["dates"] if "return_dates" in document else None


def _code(value: int, lists: Mapping[str, Mapping[int, str]], years: list[str]) -> Code:
    own = [year for year in years if value in lists[year]]
    return Code(
        value=value,
        meaning=lists[own[-1]][value],
        valid_from=None if own[0] == years[0] else first_day(own[0]),
        valid_to=None if own[-1] == years[-1] else last_day(own[-1]),
    )


@cache
def _lists(field: str) -> Mapping[str, Mapping[int, str]]:
    """Return the codes of a field by year."""
    return {
        year: {int(code): meaning for code, meaning in document[field]["codes"].items()}
        for year, document in _documents().items()
        if field in document
    }


@cache
def _documents() -> Mapping[str, Mapping[str, Any]]:
    folder = files("services.ilr").joinpath("codes")
    return {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
