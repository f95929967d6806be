"""Validation of date bounds in field definitions, individually and together."""

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.definitions import FieldKind
from services.tracker_types.input import BoundEntry, ConditionEntry, FieldEntry
from tests.support.scenarios.form_samples.field_definitions import TODAY, definition_errors, field_entry

D = dt.date


def fixed_bound(year: int, offset: int = 0) -> BoundEntry:
    return BoundEntry(date=D(year, 1, 1), offset_days=offset)


def today_bound(offset: int = 0) -> BoundEntry:
    return BoundEntry(today=True, offset_days=offset)


def field_bound(key: str, offset: int = 0) -> BoundEntry:
    return BoundEntry(field=key, offset_days=offset)


def date_field(key: str = "it", *, earliest: Any = (), latest: Any = (), **slots: Any) -> FieldEntry:
    return field_entry(FieldKind.DATE, key, earliest=earliest, latest=latest, **slots)


SINGLE_FIELDS: list[tuple[FieldEntry, list[str]]] = [
    (date_field(earliest=[fixed_bound(2020)], latest=[fixed_bound(2020)]), []),
    (date_field(earliest=[fixed_bound(2020, 1)], latest=[fixed_bound(2020)]), ["latest.0 TOO_EARLY"]),
    (
        date_field(earliest=[fixed_bound(2000), fixed_bound(2021)], latest=[fixed_bound(2030), fixed_bound(2020)]),
        ["latest.1 TOO_EARLY"],
    ),
    (date_field(earliest=[today_bound(-7)], latest=[today_bound(-7)]), []),
    (date_field(earliest=[today_bound(1)], latest=[today_bound()]), ["latest.0 TOO_EARLY"]),
    (date_field(earliest=[today_bound()], latest=[fixed_bound(2026)]), ["latest.0 TOO_EARLY"]),
    (date_field(earliest=[today_bound()], latest=[fixed_bound(2027)]), []),
    (date_field(earliest=[fixed_bound(2050)], latest=[today_bound()]), []),
    (date_field(earliest=[BoundEntry()]), ["earliest.0 REQUIRED"]),
    (date_field(latest=[fixed_bound(2020), BoundEntry(offset_days=3)]), ["latest.1 REQUIRED"]),
    (date_field(earliest=[BoundEntry(date=D(2020, 1, 1), today=True)]), ["earliest.0 TOO_MANY"]),
    (
        date_field(earliest=[BoundEntry(today=True, field="gone")]),
        ["earliest.0 TOO_MANY", "earliest.0.field UNKNOWN_FIELD"],
    ),
    (date_field(earliest=[fixed_bound(1900)], latest=[fixed_bound(2100)]), []),
    (
        date_field(earliest=[fixed_bound(1899)], latest=[fixed_bound(2101)]),
        ["earliest.0.date TOO_EARLY", "latest.0.date TOO_LATE"],
    ),
    (date_field(earliest=[BoundEntry(date=D.min)]), ["earliest.0.date TOO_EARLY"]),
    (date_field(earliest=[fixed_bound(2100, 365)]), ["earliest.0 TOO_LATE"]),
    (date_field(latest=[fixed_bound(1900, -1)]), ["latest.0 TOO_EARLY"]),
    (date_field(latest=[fixed_bound(2100, 36_500)], earliest=[fixed_bound(1900, -36_500)]), []),
    (date_field(latest=[fixed_bound(2000, 36_501)]), ["latest.0.offset_days TOO_LARGE"]),
    (date_field(earliest=[today_bound(-36_501)]), ["earliest.0.offset_days TOO_SMALL"]),
    (
        date_field(earliest=[today_bound(-(2**31))], latest=[fixed_bound(2000, 2**31 - 1)]),
        ["earliest.0.offset_days TOO_SMALL", "latest.0.offset_days TOO_LARGE"],
    ),
    (date_field(earliest=[field_bound("it")]), ["earliest.0.field UNKNOWN_FIELD"]),
    (date_field(earliest=[fixed_bound(2000)] * 10), []),
    (date_field(earliest=[fixed_bound(2000)] * 11), ["earliest TOO_MANY"]),
]


@pytest.mark.parametrize(("field", "expected"), SINGLE_FIELDS)
def test_the_bounds_of_a_single_field(field: FieldEntry, expected: list[str]) -> None:
    assert definition_errors(field) == [f"fields.0.{error}" for error in expected]


def test_a_bound_may_refer_to_an_earlier_or_later_date() -> None:
    origin, text = date_field("other"), field_entry(FieldKind.TEXT, "text")
    field = date_field(earliest=[field_bound("other")], latest=[field_bound("other", 30)])
    assert definition_errors(origin, field) == definition_errors(field, origin) == []
    assert definition_errors(date_field(earliest=[field_bound("text")]), text) == [
        "fields.0.earliest.0.field WRONG_KIND"
    ]
    assert definition_errors(date_field(latest=[field_bound("gone")]), text) == [
        "fields.0.latest.0.field UNKNOWN_FIELD"
    ]
    assert definition_errors(
        origin, date_field(earliest=[field_bound("other", 2)], latest=[field_bound("other", 1)])
    ) == ["fields.1.latest.0 TOO_EARLY"]


def test_dates_that_every_entry_must_fill_are_checked_together() -> None:
    first = date_field("first", required=True, earliest=[fixed_bound(2025)])
    second = date_field("second", required=True, earliest=[field_bound("first")], latest=[field_bound("third")])
    third = date_field("third", required=True, latest=[fixed_bound(2024)])
    assert definition_errors(first, second, third) == ["fields.2.latest.0 TOO_EARLY"]
    assert definition_errors(third, second, first) == ["fields.2.earliest.0 TOO_LATE"]
    assert definition_errors(field_entry(FieldKind.TEXT, "x", label=""), first, second, third)[1:] == [
        "fields.3.latest.0 TOO_EARLY"
    ]
    ring = [
        date_field("a", required=True, earliest=[field_bound("b", 1)]),
        date_field("b", required=True, earliest=[field_bound("a", 1)]),
    ]
    assert definition_errors(*ring) == ["fields.1.earliest.0 TOO_LATE"]


def test_optional_dates_do_not_contradict_others() -> None:
    flag = field_entry(FieldKind.BOOLEAN, "flag")
    first = date_field("first", required=True, earliest=[fixed_bound(2025)])
    optional = date_field("second", latest=[fixed_bound(2024), field_bound("first")])
    hidden = date_field(
        "third", required=True, latest=[fixed_bound(2024), field_bound("first")], earliest=[field_bound("first")]
    )
    condition = ConditionEntry(field="flag", is_one_of=["true"])
    assert definition_errors(first, optional) == []
    assert (
        definition_errors(
            first,
            flag,
            date_field(
                "third",
                required=True,
                latest=[fixed_bound(2024)],
                earliest=[field_bound("first")],
                visible_when=condition,
            ),
        )
        == []
    )
    assert definition_errors(first, flag, hidden) == ["fields.2.latest.0 TOO_EARLY"]


KEYS = ["a", "b", "c"]
ORIGINS = st.sampled_from([*KEYS, "today", "2025-01-01", "2028-01-01"])


@st.composite
def bounds(draw: st.DrawFn, key: str) -> tuple[BoundEntry, ...]:
    entries = []
    for vertex in draw(st.lists(ORIGINS.filter(lambda vertex: vertex != key), max_size=2)):
        offset = draw(st.integers(-400, 400))
        if vertex in KEYS:
            entries.append(field_bound(vertex, offset))
        else:
            entries.append(
                today_bound(offset)
                if vertex == "today"
                else BoundEntry(date=D.fromisoformat(vertex), offset_days=offset)
            )
    return tuple(entries)


@given(st.data())
def test_required_dates_are_refused_only_if_they_are_unsatisfiable(data: st.DataObject) -> None:
    fields = [
        date_field(key, required=True, earliest=data.draw(bounds(key)), latest=data.draw(bounds(key))) for key in KEYS
    ]
    assert bool(definition_errors(*fields)) is not is_satisfiable(fields)


def is_satisfiable(fields: list[FieldEntry]) -> bool:
    """Return whether dates can satisfy all bounds, using the Floyd-Warshall algorithm."""
    vertices = [*KEYS, "today", "zero"]
    distances = {pair: 0.0 if pair[0] == pair[1] else float("inf") for pair in itertools.product(vertices, vertices)}

    def limit_distance(x: str, y: str, days: float) -> None:
        distances[x, y] = min(distances[x, y], days)

    limit_distance("today", "zero", -TODAY.toordinal())
    for field in fields:
        limit_distance("zero", field.key, D(2100, 12, 31).toordinal())
        limit_distance(field.key, "zero", -D(1900, 1, 1).toordinal())
        for bound in field.earliest or ():
            vertex, days = origin(bound)
            limit_distance(field.key, vertex, -days)
        for bound in field.latest or ():
            vertex, days = origin(bound)
            limit_distance(vertex, field.key, days)
    for middle, x, y in itertools.product(vertices, vertices, vertices):
        limit_distance(x, y, distances[x, middle] + distances[middle, y])
    return all(distances[vertex, vertex] >= 0 for vertex in vertices)


def origin(bound: BoundEntry) -> tuple[str, int]:
    if bound.date:
        return "zero", bound.date.toordinal() + bound.offset_days
    return bound.field or "today", bound.offset_days
