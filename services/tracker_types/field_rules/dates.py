"""What a date field may ask for; whether its bounds and those of others can hold together is in ``date_bounds``."""

from collections.abc import Sequence
from typing import Any

from services.forms.definitions import DateBound
from services.kernel.errors import ErrorCode
from services.tracker_types.field_rules.collector import ErrorCollector, at_most, day_at, number_at
from services.tracker_types.input import BoundEntry, FieldEntry

MOST_BOUNDS, LARGEST_OFFSET = 10, 36_500
"""Bounds of one side, and the days by which one may be moved."""


def date_rules(entry: FieldEntry, place: ErrorCollector) -> dict[str, Any]:
    """Bounds that are one of a day, today and a field each."""
    return {
        "earliest": _bounds(entry.earliest, place.below("earliest")),
        "latest": _bounds(entry.latest, place.below("latest")),
    }


def _bounds(entries: Sequence[BoundEntry] | None, place: ErrorCollector) -> tuple[DateBound, ...]:
    looked_at = at_most(place, entries or (), label="On each side a date takes bounds,", most=MOST_BOUNDS)
    return tuple(_bound(bound, place.below(index)) for index, bound in enumerate(looked_at))


def _bound(bound: BoundEntry, place: ErrorCollector) -> DateBound:
    given = (bound.date is not None) + bound.today + (bound.field is not None)
    if given == 0:
        place.tell(ErrorCode.REQUIRED, "A bound is a day, today or a field.")
    if given > 1:
        place.tell(ErrorCode.TOO_MANY, "A bound is one of a day, today and a field.", maximum=1, length=given)
    offset = number_at(
        place.below("offsetDays"),
        bound.offset_days,
        label="The days by which a bound is moved",
        smallest=-LARGEST_OFFSET,
        largest=LARGEST_OFFSET,
    )
    day = day_at(place.below("date"), bound.date)
    return DateBound(date=day, today=bound.today, field=bound.field, offset_days=offset or 0)
