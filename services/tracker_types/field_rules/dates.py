"""Validation of the definitions of date fields. ``date_bounds`` checks whether their bounds can be satisfied together."""

from collections.abc import Sequence
from typing import Any

from services.forms.definitions import DateBound
from services.kernel.checks import check_date, check_number, take_at_most
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.input import BoundEntry, FieldEntry

MAX_BOUNDS, MAX_OFFSET_DAYS = 10, 36_500
"""The maximum number of bounds on each side, and the maximum absolute offset of a bound."""


def check_date_rules(errors: ErrorCollector, entry: FieldEntry) -> dict[str, Any]:
    """Return the bounds of a date field.

    Adds REQUIRED or TOO_MANY unless a bound has exactly one of a date, today and a field.
    """
    return {
        "earliest": _check_bounds(errors.at("earliest"), entry.earliest),
        "latest": _check_bounds(errors.at("latest"), entry.latest),
    }


def _check_bounds(errors: ErrorCollector, entries: Sequence[BoundEntry] | None) -> tuple[DateBound, ...]:
    checked = take_at_most(errors, entries or (), label="A date has bounds on each side,", maximum=MAX_BOUNDS)
    return tuple(_check_bound(errors.at(index), entry) for index, entry in enumerate(checked))


def _check_bound(errors: ErrorCollector, entry: BoundEntry) -> DateBound:
    count = (entry.date is not None) + entry.today + (entry.field is not None)
    if count == 0:
        errors.add(ErrorCode.REQUIRED, "A bound is a day, today or a field.")
    if count > 1:
        errors.add(ErrorCode.TOO_MANY, "A bound is one of a day, today and a field.", maximum=1, length=count)
    offset = check_number(
        errors.at("offset_days"),
        entry.offset_days,
        label="The days by which a bound is moved",
        minimum=-MAX_OFFSET_DAYS,
        maximum=MAX_OFFSET_DAYS,
    )
    day = check_date(errors.at("date"), entry.date)
    return DateBound(date=day, today=entry.today, field=entry.field, offset_days=offset or 0)
