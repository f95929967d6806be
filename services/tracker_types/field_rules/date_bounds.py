"""Bounds between dates: which fields they may name, and whether any days keep all of them.

Each bound says that one day lies at most so many days after another. Such rules can be kept together unless some of
them form a ring whose days add up to less than none, which the algorithm of Bellman and Ford finds.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.forms.definitions import DateBound, DateField, FieldDefinition
from services.kernel.dates import EARLIEST_DATE, LATEST_DATE
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode

_CALENDAR, _TODAY = ("calendar",), ("today",)
_Point = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """``day`` lies at most ``days`` after ``after``; ``errors`` is where a bound was entered, None for what always holds."""

    after: _Point
    day: _Point
    days: int
    errors: ErrorCollector | None = None
    earliest: bool = False


def check_date_bounds(
    fields: Sequence[FieldDefinition], collectors: Sequence[ErrorCollector], *, today: dt.date
) -> None:
    """UNKNOWN_FIELD or WRONG_KIND at a bound by what is no other date field; TOO_EARLY or TOO_LATE at one that contradicts others.

    Looked at together are the bounds of one field, and those of all fields that every entry must fill.
    """
    by_key = {field.key: field for field in reversed(fields)}
    rules: dict[int, list[_Rule]] = {}
    for index, field in enumerate(fields):
        if isinstance(field, DateField):
            _check_fields_named(field, collectors[index], by_key)
            rules[index] = _rules(field, collectors[index])
            if not collectors[index].problems:
                _tell(_ring([*rules[index], *_always(today)]))
    filled = [index for index in rules if _is_filled(fields[index]) and not collectors[index].problems]
    _tell(_ring([*(rule for index in filled for rule in rules[index]), *_always(today)]))


def _is_filled(field: FieldDefinition) -> bool:
    """Whether every entry must fill it."""
    return field.required and field.visible_when is None


def _check_fields_named(field: DateField, errors: ErrorCollector, by_key: Mapping[str, FieldDefinition]) -> None:
    for side, bounds in (("earliest", field.earliest), ("latest", field.latest)):
        for index, bound in enumerate(bounds):
            if bound.field is None:
                continue
            other, here = by_key.get(bound.field), errors.at(side, index, "field")
            if other is None or bound.field == field.key:
                here.add(ErrorCode.UNKNOWN_FIELD, "A bound names another field of the form.")
            elif not isinstance(other, DateField):
                here.add(ErrorCode.WRONG_KIND, "A bound names a field of kind DATE.", allowed="DATE")


def _always(today: dt.date) -> list[_Rule]:
    """Today will be no earlier than it is."""
    return [_Rule(after=_TODAY, day=_CALENDAR, days=-today.toordinal())]


def _rules(field: DateField, errors: ErrorCollector) -> list[_Rule]:
    this = ("field", field.key)
    rules = [
        _Rule(after=_CALENDAR, day=this, days=LATEST_DATE.toordinal()),
        _Rule(after=this, day=_CALENDAR, days=-EARLIEST_DATE.toordinal()),
    ]
    for index, bound in enumerate(field.earliest):
        point, days = _point(bound)
        rules.append(_Rule(this, point, -days, errors.at("earliest", index), earliest=True))
    for index, bound in enumerate(field.latest):
        point, days = _point(bound)
        rules.append(_Rule(point, this, days, errors.at("latest", index)))
    return rules


def _point(bound: DateBound) -> tuple[_Point, int]:
    if bound.field is not None:
        return ("field", bound.field), bound.offset_days
    if bound.date is not None:
        return _CALENDAR, bound.date.toordinal() + bound.offset_days
    return _TODAY, bound.offset_days


def _ring(rules: Sequence[_Rule]) -> list[_Rule]:
    """Rules that cannot all be kept; none if there are none."""
    days = {point: 0 for rule in rules for point in (rule.after, rule.day)}
    by: dict[_Point, _Rule] = {}
    moved: _Point | None = None
    for _ in range(len(days) + 1):
        moved = None
        for rule in rules:
            if days[rule.after] + rule.days < days[rule.day]:
                days[rule.day], by[rule.day], moved = days[rule.after] + rule.days, rule, rule.day
        if moved is None:
            return []
    assert moved is not None
    for _ in days:
        moved = by[moved].after
    ring = [by[moved]]
    while ring[-1].after != moved:
        ring.append(by[ring[-1].after])
    return ring


def _tell(ring: Iterable[_Rule]) -> None:
    """The last bound of the ring in the form's order is told of it."""
    told = [rule for rule in ring if rule.errors is not None]
    if not told:
        return
    last = max(told, key=lambda rule: _order(rule))
    assert last.errors is not None
    code = ErrorCode.TOO_LATE if last.earliest else ErrorCode.TOO_EARLY
    last.errors.add(code, "No days keep this bound and the others.")


def _order(rule: _Rule) -> tuple[int, bool, int]:
    assert rule.errors is not None
    _, field, side, index = rule.errors.path
    return int(field), side == "latest", int(index)
