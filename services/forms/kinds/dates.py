"""Validation of dates and their bounds."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from services.forms.definitions import DateBound, DateField, FieldDefinition, TypeDefinition
from services.forms.kinds.types import CheckContext
from services.kernel.dates import EARLIEST_DATE, LATEST_DATE, format_date
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode


def check_date_field(errors: ErrorCollector, field: DateField, value: dt.date, context: CheckContext) -> str:
    """Return the date in ISO 8601 format.

    Adds TOO_EARLY or TOO_LATE outside the years 1900 to 2100 or the field's bounds by fixed dates and today.
    """
    lower, upper = _EARLIEST, _LATEST
    if field.earliest:
        lower = max([lower, *_limits_by_days(field.earliest, context.today)], key=_day)
    if field.latest:
        upper = min([upper, *_limits_by_days(field.latest, context.today)], key=_day)
    _check_limits(errors, field, value, lower, upper)
    return value.isoformat()


def check_against_fields(
    errors: ErrorCollector,
    field: DateField,
    value: dt.date,
    dates: Mapping[str, dt.date],
    definition: TypeDefinition,
) -> None:
    """Add TOO_EARLY or TOO_LATE if a date is outside its bounds by other fields.

    ``dates`` has the dates of other fields by key; bounds by fields that it lacks are ignored.
    """
    lower = max(_limits_by_fields(field.earliest, dates, definition), key=_day, default=None)
    upper = min(_limits_by_fields(field.latest, dates, definition), key=_day, default=None)
    _check_limits(errors, field, value, lower, upper)


def bounding_fields(field: DateField) -> frozenset[str]:
    """Return the keys of the fields that bound a date field."""
    return frozenset(bound.field for bound in field.earliest + field.latest if bound.field is not None)


class _Limit(NamedTuple):
    """The earliest or latest valid day, with the field that determines it, if any."""

    day: dt.date
    set_by: FieldDefinition | None = None


_EARLIEST, _LATEST = _Limit(EARLIEST_DATE), _Limit(LATEST_DATE)


def _limits_by_days(bounds: Iterable[DateBound], today: dt.date) -> list[_Limit]:
    days = [(today if bound.today else bound.date, bound.offset_days) for bound in bounds]
    return [_Limit(_shift(day, offset)) for day, offset in days if day is not None]


def _limits_by_fields(
    bounds: Iterable[DateBound], dates: Mapping[str, dt.date], definition: TypeDefinition
) -> list[_Limit]:
    set_by = [(bound.field, bound.offset_days) for bound in bounds if bound.field is not None]
    return [_Limit(_shift(dates[key], offset), definition.field(key)) for key, offset in set_by if key in dates]


def _shift(day: dt.date, offset: int) -> dt.date:
    try:
        return day + dt.timedelta(days=offset)
    except OverflowError:  # outside the range of dt.date, and so beyond any valid date
        return dt.date.max if offset > 0 else dt.date.min


def _check_limits(
    errors: ErrorCollector, field: DateField, value: dt.date, lower: _Limit | None, upper: _Limit | None
) -> None:
    """Compare a date with the strictest lower and upper limit."""
    if lower and value < lower.day:
        message = f"{field.title} must be {format_date(lower.day)} or later{_reason(lower)}."
        errors.add(ErrorCode.TOO_EARLY, message, earliest=lower.day, **_field_parameter(lower))
    if upper and value > upper.day:
        message = f"{field.title} must be {format_date(upper.day)} or earlier{_reason(upper)}."
        errors.add(ErrorCode.TOO_LATE, message, latest=upper.day, **_field_parameter(upper))


def _day(limit: _Limit) -> dt.date:
    return limit.day


def _reason(limit: _Limit) -> str:
    return f", because of {limit.set_by.title}" if limit.set_by else ""


def _field_parameter(limit: _Limit) -> dict[str, Any]:
    return {"field": limit.set_by.key} if limit.set_by else {}
