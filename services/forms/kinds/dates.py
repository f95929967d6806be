"""Days, and the bounds between them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.forms.definitions import DateBound, DateField, FieldDefinition, TypeDefinition
from services.forms.kinds.types import CheckContext, CheckResult, problem
from services.kernel.dates import EARLIEST_DATE, LATEST_DATE, format_date
from services.kernel.errors import ErrorCode, Problem


async def check_date(field: DateField, value: dt.date, context: CheckContext) -> CheckResult:
    """A day from 1900 to 2100 within the bounds that stand by themselves: fixed days, and today."""
    earliest = [_Limit(EARLIEST_DATE), *_own_limits(field.earliest, context.today)]
    latest = [_Limit(LATEST_DATE), *_own_limits(field.latest, context.today)]
    return CheckResult(value.isoformat(), _beyond(field, value, earliest, latest))


def check_against_fields(
    field: DateField, value: dt.date, days: Mapping[str, dt.date], definition: TypeDefinition
) -> tuple[Problem, ...]:
    """The bounds that other fields set, given the days of these; a field without a day sets none."""
    earliest = _limits_by_fields(field.earliest, days, definition)
    latest = _limits_by_fields(field.latest, days, definition)
    return _beyond(field, value, earliest, latest)


def bounding_fields(field: DateField) -> frozenset[str]:
    """The keys of the fields that bound this one."""
    return frozenset(bound.field for bound in field.earliest + field.latest if bound.field is not None)


@dataclass(frozen=True, slots=True)
class _Limit:
    day: dt.date
    by: FieldDefinition | None = None


def _own_limits(bounds: Iterable[DateBound], today: dt.date) -> list[_Limit]:
    days = [(today if bound.today else bound.date, bound.offset_days) for bound in bounds]
    return [_Limit(_moved(day, offset)) for day, offset in days if day is not None]


def _limits_by_fields(
    bounds: Iterable[DateBound], days: Mapping[str, dt.date], definition: TypeDefinition
) -> list[_Limit]:
    set_by = [(bound.field, bound.offset_days) for bound in bounds if bound.field is not None]
    return [_Limit(_moved(days[key], offset), definition.field(key)) for key, offset in set_by if key in days]


def _moved(day: dt.date, offset: int) -> dt.date:
    try:
        return day + dt.timedelta(days=offset)
    except OverflowError:  # beyond the calendar, and so beyond every day that can be entered
        return dt.date.max if offset > 0 else dt.date.min


def _beyond(field: DateField, value: dt.date, earliest: list[_Limit], latest: list[_Limit]) -> tuple[Problem, ...]:
    """The strictest limit of either side that does not hold."""
    problems: tuple[Problem, ...] = ()
    first = max(earliest, key=lambda limit: limit.day, default=None)
    last = min(latest, key=lambda limit: limit.day, default=None)
    if first and value < first.day:
        message = f"{field.label} must be {format_date(first.day)} or later{_because(first)}."
        problems += (problem(field, ErrorCode.TOO_EARLY, message, earliest=first.day, **_by(first)),)
    if last and value > last.day:
        message = f"{field.label} must be {format_date(last.day)} or earlier{_because(last)}."
        problems += (problem(field, ErrorCode.TOO_LATE, message, latest=last.day, **_by(last)),)
    return problems


def _because(limit: _Limit) -> str:
    return f", because of {limit.by.label}" if limit.by else ""


def _by(limit: _Limit) -> dict[str, Any]:
    return {"field": limit.by.key} if limit.by else {}
