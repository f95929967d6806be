"""Bounds of dates in definitions: each by itself, and whether any dates meet all of them."""

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.definitions import FieldKind
from services.tracker_types.input import BoundEntry, ConditionEntry, FieldEntry
from tests.support.scenarios.field_definitions import TODAY, definition_errors, field_entry

D = dt.date


def on(year: int, offset: int = 0) -> BoundEntry:
    return BoundEntry(date=D(year, 1, 1), offset_days=offset)


def today(offset: int = 0) -> BoundEntry:
    return BoundEntry(today=True, offset_days=offset)


def by(key: str, offset: int = 0) -> BoundEntry:
    return BoundEntry(field=key, offset_days=offset)


def date(key: str = "it", *, earliest: Any = (), latest: Any = (), **slots: Any) -> FieldEntry:
    return field_entry(FieldKind.DATE, key, earliest=earliest, latest=latest, **slots)


ALONE: list[tuple[FieldEntry, list[str]]] = [
    (date(earliest=[on(2020)], latest=[on(2020)]), []),
    (date(earliest=[on(2020, 1)], latest=[on(2020)]), ["latest.0 TOO_EARLY"]),
    (date(earliest=[on(2000), on(2021)], latest=[on(2030), on(2020)]), ["latest.1 TOO_EARLY"]),
    (date(earliest=[today(-7)], latest=[today(-7)]), []),
    (date(earliest=[today(1)], latest=[today()]), ["latest.0 TOO_EARLY"]),
    (date(earliest=[today()], latest=[on(2026)]), ["latest.0 TOO_EARLY"]),
    (date(earliest=[today()], latest=[on(2027)]), []),
    (date(earliest=[on(2050)], latest=[today()]), []),
    (date(earliest=[BoundEntry()]), ["earliest.0 REQUIRED"]),
    (date(latest=[on(2020), BoundEntry(offset_days=3)]), ["latest.1 REQUIRED"]),
    (date(earliest=[BoundEntry(date=D(2020, 1, 1), today=True)]), ["earliest.0 TOO_MANY"]),
    (date(earliest=[BoundEntry(today=True, field="gone")]), ["earliest.0 TOO_MANY", "earliest.0.field UNKNOWN_FIELD"]),
    (date(earliest=[on(1900)], latest=[on(2100)]), []),
    (date(earliest=[on(1899)], latest=[on(2101)]), ["earliest.0.date TOO_EARLY", "latest.0.date TOO_LATE"]),
    (date(earliest=[BoundEntry(date=D.min)]), ["earliest.0.date TOO_EARLY"]),
    (date(earliest=[on(2100, 365)]), ["earliest.0 TOO_LATE"]),
    (date(latest=[on(1900, -1)]), ["latest.0 TOO_EARLY"]),
    (date(latest=[on(2100, 36_500)], earliest=[on(1900, -36_500)]), []),
    (date(latest=[on(2000, 36_501)]), ["latest.0.offset_days TOO_LARGE"]),
    (date(earliest=[today(-36_501)]), ["earliest.0.offset_days TOO_SMALL"]),
    (
        date(earliest=[today(-(2**31))], latest=[on(2000, 2**31 - 1)]),
        ["earliest.0.offset_days TOO_SMALL", "latest.0.offset_days TOO_LARGE"],
    ),
    (date(earliest=[by("it")]), ["earliest.0.field UNKNOWN_FIELD"]),
    (date(earliest=[on(2000)] * 10), []),
    (date(earliest=[on(2000)] * 11), ["earliest TOO_MANY"]),
]


@pytest.mark.parametrize(("field", "expected"), ALONE)
def test_the_bounds_of_one_date(field: FieldEntry, expected: list[str]) -> None:
    assert definition_errors(field) == [f"fields.0.{error}" for error in expected]


def test_a_bound_may_name_a_date_above_or_below() -> None:
    other, text = date("other"), field_entry(FieldKind.TEXT, "text")
    field = date(earliest=[by("other")], latest=[by("other", 30)])
    assert definition_errors(other, field) == definition_errors(field, other) == []
    assert definition_errors(date(earliest=[by("text")]), text) == ["fields.0.earliest.0.field WRONG_KIND"]
    assert definition_errors(date(latest=[by("gone")]), text) == ["fields.0.latest.0.field UNKNOWN_FIELD"]
    assert definition_errors(other, date(earliest=[by("other", 2)], latest=[by("other", 1)])) == [
        "fields.1.latest.0 TOO_EARLY"
    ]


def test_dates_that_every_entry_must_fill_are_checked_together() -> None:
    first = date("first", required=True, earliest=[on(2025)])
    second = date("second", required=True, earliest=[by("first")], latest=[by("third")])
    third = date("third", required=True, latest=[on(2024)])
    assert definition_errors(first, second, third) == ["fields.2.latest.0 TOO_EARLY"]
    assert definition_errors(third, second, first) == ["fields.2.earliest.0 TOO_LATE"]
    assert definition_errors(field_entry(FieldKind.TEXT, "x", label=""), first, second, third)[1:] == [
        "fields.3.latest.0 TOO_EARLY"
    ]
    ring = [date("a", required=True, earliest=[by("b", 1)]), date("b", required=True, earliest=[by("a", 1)])]
    assert definition_errors(*ring) == ["fields.1.earliest.0 TOO_LATE"]


def test_dates_that_may_be_empty_contradict_none() -> None:
    flag = field_entry(FieldKind.BOOLEAN, "flag")
    first = date("first", required=True, earliest=[on(2025)])
    optional = date("second", latest=[on(2024), by("first")])
    hidden = date("third", required=True, latest=[on(2024), by("first")], earliest=[by("first")])
    condition = ConditionEntry(field="flag", is_one_of=["true"])
    assert definition_errors(first, optional) == []
    assert (
        definition_errors(
            first, flag, date("third", required=True, latest=[on(2024)], earliest=[by("first")], visible_when=condition)
        )
        == []
    )
    assert definition_errors(first, flag, hidden) == ["fields.2.latest.0 TOO_EARLY"]


KEYS = ["a", "b", "c"]
POINTS = st.sampled_from([*KEYS, "today", "2025-01-01", "2028-01-01"])


@st.composite
def bounds(draw: st.DrawFn, key: str) -> tuple[BoundEntry, ...]:
    entries = []
    for point in draw(st.lists(POINTS.filter(lambda point: point != key), max_size=2)):
        offset = draw(st.integers(-400, 400))
        if point in KEYS:
            entries.append(by(point, offset))
        else:
            entries.append(
                today(offset) if point == "today" else BoundEntry(date=D.fromisoformat(point), offset_days=offset)
            )
    return tuple(entries)


@given(st.data())
def test_required_dates_are_refused_exactly_if_no_dates_meet_them(data: st.DataObject) -> None:
    fields = [date(key, required=True, earliest=data.draw(bounds(key)), latest=data.draw(bounds(key))) for key in KEYS]
    assert bool(definition_errors(*fields)) is not can_be_met(fields)


def can_be_met(fields: list[FieldEntry]) -> bool:
    """Return whether no date must lie before itself, by Floyd and Warshall; ``most[x, y]``: the most days from x to y."""
    points = [*KEYS, "today", "zero"]
    most = {pair: 0.0 if pair[0] == pair[1] else float("inf") for pair in itertools.product(points, points)}

    def at_most(x: str, y: str, days: float) -> None:
        most[x, y] = min(most[x, y], days)

    at_most("today", "zero", -TODAY.toordinal())
    for field in fields:
        at_most("zero", field.key, D(2100, 12, 31).toordinal())
        at_most(field.key, "zero", -D(1900, 1, 1).toordinal())
        for bound in field.earliest or ():
            point, days = other(bound)
            at_most(field.key, point, -days)
        for bound in field.latest or ():
            point, days = other(bound)
            at_most(point, field.key, days)
    for middle, x, y in itertools.product(points, points, points):
        at_most(x, y, most[x, middle] + most[middle, y])
    return all(most[point, point] >= 0 for point in points)


def other(bound: BoundEntry) -> tuple[str, int]:
    if bound.date:
        return "zero", bound.date.toordinal() + bound.offset_days
    return bound.field or "today", bound.offset_days
