"""Validation of the bounds of date fields, including whether all bounds can be satisfied together.

The bounds form a system of difference constraints, each of which limits the number of days between two dates. Such a
system has a solution unless its graph has a negative cycle, which is found by the Bellman-Ford algorithm.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.forms.definitions import DateBound, DateField, FieldDefinition
from services.kernel.dates import EARLIEST_DATE, LATEST_DATE
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode

_CALENDAR, _TODAY = ("calendar",), ("today",)
"""The vertices of day 0 of the calendar and of today. The vertex of a date field is ``("field", key)``."""
_Vertex = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Constraint:
    """The constraint that ``end`` is at most ``days`` days after ``start``.

    ``errors`` is the collector at the path of the bound, or None if the constraint does not come from a bound.
    """

    start: _Vertex
    end: _Vertex
    days: int
    errors: ErrorCollector | None = None
    earliest: bool = False


def check_date_bounds(
    field_errors: Sequence[ErrorCollector], fields: Sequence[FieldDefinition], *, today: dt.date
) -> None:
    """Check the bounds of each date field on its own, and those of all always-required date fields together.

    Adds UNKNOWN_FIELD or WRONG_KIND to a bound that does not refer to another date field, and TOO_EARLY or TOO_LATE to a
    bound that contradicts the others. ``field_errors`` has the collector of each field.
    """
    by_key = {field.key: field for field in reversed(fields)}
    constraints: dict[int, list[_Constraint]] = {}
    for index, field in enumerate(fields):
        if isinstance(field, DateField):
            _check_named_fields(field_errors[index], field, by_key)
            constraints[index] = _make_constraints(field_errors[index], field)
            if not field_errors[index].problems:
                _add_error(_find_negative_cycle([*constraints[index], _today_constraint(today)]))
    always_filled = [
        index for index in constraints if _is_always_filled(fields[index]) and not field_errors[index].problems
    ]
    joint_constraints = [constraint for index in always_filled for constraint in constraints[index]]
    _add_error(_find_negative_cycle([*joint_constraints, _today_constraint(today)]))


def _is_always_filled(field: FieldDefinition) -> bool:
    return field.required and field.visible_when is None


def _check_named_fields(errors: ErrorCollector, field: DateField, by_key: Mapping[str, FieldDefinition]) -> None:
    for side, bounds in (("earliest", field.earliest), ("latest", field.latest)):
        for index, bound in enumerate(bounds):
            if bound.field is None:
                continue
            other, bound_errors = by_key.get(bound.field), errors.at(side, index, "field")
            if other is None or bound.field == field.key:
                bound_errors.add(ErrorCode.UNKNOWN_FIELD, "A bound must name another field of the form.")
            elif not isinstance(other, DateField):
                bound_errors.add(ErrorCode.WRONG_KIND, "A bound must name a date field.", allowed="DATE")


def _today_constraint(today: dt.date) -> _Constraint:
    """Return the constraint that entries are submitted today or later."""
    return _Constraint(start=_TODAY, end=_CALENDAR, days=-today.toordinal())


def _make_constraints(errors: ErrorCollector, field: DateField) -> list[_Constraint]:
    date = ("field", field.key)
    constraints = [
        _Constraint(start=_CALENDAR, end=date, days=LATEST_DATE.toordinal()),
        _Constraint(start=date, end=_CALENDAR, days=-EARLIEST_DATE.toordinal()),
    ]
    for index, bound in enumerate(field.earliest):
        vertex, days = _origin(bound)
        constraints.append(_Constraint(date, vertex, -days, errors.at("earliest", index), earliest=True))
    for index, bound in enumerate(field.latest):
        vertex, days = _origin(bound)
        constraints.append(_Constraint(vertex, date, days, errors.at("latest", index)))
    return constraints


def _origin(bound: DateBound) -> tuple[_Vertex, int]:
    """Return the vertex from which a bound is measured, and its offset in days."""
    if bound.field is not None:
        return ("field", bound.field), bound.offset_days
    if bound.date is not None:
        return _CALENDAR, bound.date.toordinal() + bound.offset_days
    return _TODAY, bound.offset_days


def _find_negative_cycle(constraints: Sequence[_Constraint]) -> list[_Constraint]:
    """Return constraints that contradict each other, or an empty list if all can be satisfied."""
    distances = {vertex: 0 for constraint in constraints for vertex in (constraint.start, constraint.end)}
    predecessors: dict[_Vertex, _Constraint] = {}
    vertex: _Vertex | None = None
    for _ in range(len(distances) + 1):
        vertex = None
        for edge in constraints:
            if distances[edge.start] + edge.days < distances[edge.end]:
                distances[edge.end], predecessors[edge.end], vertex = distances[edge.start] + edge.days, edge, edge.end
        if vertex is None:
            return []
    assert vertex is not None
    for _ in distances:  # going back one step per vertex ends inside the cycle
        vertex = predecessors[vertex].start
    cycle = [predecessors[vertex]]
    while cycle[-1].start != vertex:
        cycle.append(predecessors[cycle[-1].start])
    return cycle


def _add_error(cycle: Iterable[_Constraint]) -> None:
    """Add TOO_LATE or TOO_EARLY to the bound in the cycle that comes last in the form."""
    paths = {constraint.errors.path: constraint for constraint in cycle if constraint.errors is not None}
    if not paths:
        return
    constraint = paths[max(paths, key=_form_position)]
    assert constraint.errors is not None
    code = ErrorCode.TOO_LATE if constraint.earliest else ErrorCode.TOO_EARLY
    constraint.errors.add(code, "No date satisfies this bound together with the others.")


def _form_position(path: tuple[str, ...]) -> tuple[int, bool, int]:
    """Return the sort key in form order of the path of a bound, such as ``("fields", "3", "latest", "0")``."""
    _, field, side, index = path
    return int(field), side == "latest", int(index)
