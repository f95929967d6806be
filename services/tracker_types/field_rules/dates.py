"""What a date field may ask for; whether its bounds and those of others can hold together is in ``date_bounds``."""

from collections.abc import Sequence
from typing import Any

from services.forms.definitions import DateBound
from services.kernel.checks import check_date, check_number, take_at_most
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.input import BoundEntry, FieldEntry

MOST_BOUNDS, LARGEST_OFFSET = 10, 36_500
"""Bounds of one side, and the days by which one may be moved."""


def date_rules(entry: FieldEntry, errors: ErrorCollector) -> dict[str, Any]:
    """Bounds that are one of a day, today and a field each."""
    return {
        "earliest": _bounds(entry.earliest, errors.at("earliest")),
        "latest": _bounds(entry.latest, errors.at("latest")),
    }


def _bounds(entries: Sequence[BoundEntry] | None, errors: ErrorCollector) -> tuple[DateBound, ...]:
    looked_at = take_at_most(errors, entries or (), label="On each side a date takes bounds,", maximum=MOST_BOUNDS)
    return tuple(_bound(bound, errors.at(index)) for index, bound in enumerate(looked_at))


def _bound(bound: BoundEntry, errors: ErrorCollector) -> DateBound:
    given = (bound.date is not None) + bound.today + (bound.field is not None)
    if given == 0:
        errors.add(ErrorCode.REQUIRED, "A bound is a day, today or a field.")
    if given > 1:
        errors.add(ErrorCode.TOO_MANY, "A bound is one of a day, today and a field.", maximum=1, length=given)
    offset = check_number(
        errors.at("offsetDays"),
        bound.offset_days,
        label="The days by which a bound is moved",
        minimum=-LARGEST_OFFSET,
        maximum=LARGEST_OFFSET,
    )
    day = check_date(errors.at("date"), bound.date)
    return DateBound(date=day, today=bound.today, field=bound.field, offset_days=offset or 0)
