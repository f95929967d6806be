"""The bounds between dates: which fields they may name, and whether any dates meet all of them.

Each bound says that one date lies at most so many days after another: a system of difference constraints. It can be met
unless some constraints form a cycle whose days add up to less than zero, which the algorithm of Bellman and Ford finds.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.forms.definitions import DateBound, DateField, FieldDefinition
from services.kernel.dates import EARLIEST_DATE, LATEST_DATE
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode

_CALENDAR, _TODAY = ("calendar",), ("today",)
"""The first day of the calendar, and today. A date is a vertex too: ``("field", key)``."""
_Vertex = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Constraint:
    """``end`` lies at most ``days`` after ``start``; ``errors`` is where a bound was entered, None for what always holds."""

    start: _Vertex
    end: _Vertex
    days: int
    errors: ErrorCollector | None = None
    earliest: bool = False


def check_date_bounds(
    field_errors: Sequence[ErrorCollector], fields: Sequence[FieldDefinition], *, today: dt.date
) -> None:
    """Check the bounds of each field by themselves, and those of all fields that every entry must fill together.

    Adds UNKNOWN_FIELD or WRONG_KIND at a bound by what is no other date field, and TOO_EARLY or TOO_LATE at a bound that
    no dates meet together with the others. ``field_errors`` has the collector of each field.
    """
    by_key = {field.key: field for field in reversed(fields)}
    constraints: dict[int, list[_Constraint]] = {}
    for index, field in enumerate(fields):
        if isinstance(field, DateField):
            _check_named_fields(field_errors[index], field, by_key)
            constraints[index] = _constraints(field_errors[index], field)
            if not field_errors[index].problems:
                _add_error(_negative_cycle([*constraints[index], _not_before(today)]))
    always_filled = [
        index for index in constraints if _is_always_filled(fields[index]) and not field_errors[index].problems
    ]
    together = [constraint for index in always_filled for constraint in constraints[index]]
    _add_error(_negative_cycle([*together, _not_before(today)]))


def _is_always_filled(field: FieldDefinition) -> bool:
    return field.required and field.visible_when is None


def _check_named_fields(errors: ErrorCollector, field: DateField, by_key: Mapping[str, FieldDefinition]) -> None:
    for side, bounds in (("earliest", field.earliest), ("latest", field.latest)):
        for index, bound in enumerate(bounds):
            if bound.field is None:
                continue
            other, bound_errors = by_key.get(bound.field), errors.at(side, index, "field")
            if other is None or bound.field == field.key:
                bound_errors.add(ErrorCode.UNKNOWN_FIELD, "A bound names another field of the form.")
            elif not isinstance(other, DateField):
                bound_errors.add(ErrorCode.WRONG_KIND, "A bound names a field of kind DATE.", allowed="DATE")


def _not_before(today: dt.date) -> _Constraint:
    """Return the constraint that today, on any later day, is no earlier than it is now."""
    return _Constraint(start=_TODAY, end=_CALENDAR, days=-today.toordinal())


def _constraints(errors: ErrorCollector, field: DateField) -> list[_Constraint]:
    date = ("field", field.key)
    constraints = [
        _Constraint(start=_CALENDAR, end=date, days=LATEST_DATE.toordinal()),
        _Constraint(start=date, end=_CALENDAR, days=-EARLIEST_DATE.toordinal()),
    ]
    for index, bound in enumerate(field.earliest):
        vertex, days = _vertex(bound)
        constraints.append(_Constraint(date, vertex, -days, errors.at("earliest", index), earliest=True))
    for index, bound in enumerate(field.latest):
        vertex, days = _vertex(bound)
        constraints.append(_Constraint(vertex, date, days, errors.at("latest", index)))
    return constraints


def _vertex(bound: DateBound) -> tuple[_Vertex, int]:
    """Return what a bound is measured from, and the days after it."""
    if bound.field is not None:
        return ("field", bound.field), bound.offset_days
    if bound.date is not None:
        return _CALENDAR, bound.date.toordinal() + bound.offset_days
    return _TODAY, bound.offset_days


def _negative_cycle(constraints: Sequence[_Constraint]) -> list[_Constraint]:
    """Return constraints that cannot be met together; none if all can."""
    days = {vertex: 0 for constraint in constraints for vertex in (constraint.start, constraint.end)}
    last: dict[_Vertex, _Constraint] = {}
    moved: _Vertex | None = None
    for _ in range(len(days) + 1):
        moved = None
        for edge in constraints:
            if days[edge.start] + edge.days < days[edge.end]:
                days[edge.end], last[edge.end], moved = days[edge.start] + edge.days, edge, edge.end
        if moved is None:
            return []
    assert moved is not None
    for _ in days:  # as many steps back as there are vertices end in the cycle
        moved = last[moved].start
    cycle = [last[moved]]
    while cycle[-1].start != moved:
        cycle.append(last[cycle[-1].start])
    return cycle


def _add_error(cycle: Iterable[_Constraint]) -> None:
    """Add TOO_LATE or TOO_EARLY at the bound of the cycle that comes last in the form."""
    paths = {constraint.errors.path: constraint for constraint in cycle if constraint.errors is not None}
    if not paths:
        return
    constraint = paths[max(paths, key=_position)]
    assert constraint.errors is not None
    code = ErrorCode.TOO_LATE if constraint.earliest else ErrorCode.TOO_EARLY
    constraint.errors.add(code, "No days keep this bound and the others.")


def _position(path: tuple[str, ...]) -> tuple[int, bool, int]:
    """Return the position in the form of the path of a bound, ``("fields", "3", "latest", "0")``."""
    _, field, side, index = path
    return int(field), side == "latest", int(index)
