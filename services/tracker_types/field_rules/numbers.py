"""Validation of the definitions of integer and decimal fields."""

from decimal import Decimal
from typing import Any

from services.forms.kinds.numbers import MAX_DECIMAL, MAX_INTEGER, MIN_INTEGER, decimal_places, plain_text
from services.kernel.checks import check_number
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.input import FieldEntry

DEFAULT_PLACES, MAX_PLACES = 2, 10


def check_integer_rules(errors: ErrorCollector, entry: FieldEntry) -> dict[str, Any]:
    """Return the bounds of an integer field: 32-bit integers, with the minimum not above the maximum."""
    return _check_bounds(errors, entry, MIN_INTEGER, MAX_INTEGER, places=0)


def check_decimal_rules(errors: ErrorCollector, entry: FieldEntry) -> dict[str, Any]:
    """Return the number of decimal places of a decimal field, and its bounds, which must be valid values of the field."""
    places = check_number(errors.at("places"), entry.places, label="The decimal places", minimum=0, maximum=MAX_PLACES)
    places = DEFAULT_PLACES if places is None else places
    return _check_bounds(errors, entry, -MAX_DECIMAL, MAX_DECIMAL, places=places) | {"places": places}


def _check_bounds(
    errors: ErrorCollector, entry: FieldEntry, smallest: Decimal, largest: Decimal, *, places: int
) -> dict[str, Any]:
    minimum = _check_bound(errors.at("minimum"), entry.minimum, smallest, largest, places=places)
    maximum = _check_bound(errors.at("maximum"), entry.maximum, smallest, largest, places=places)
    if minimum is not None and maximum is not None and minimum > maximum:
        message = "The maximum is less than the minimum."
        errors.at("maximum").add(ErrorCode.TOO_SMALL, message, minimum=plain_text(minimum))
    return {"minimum": minimum, "maximum": maximum}


def _check_bound(
    errors: ErrorCollector, bound: Decimal | None, smallest: Decimal, largest: Decimal, *, places: int
) -> Decimal | None:
    """Return the bound, or None if it is absent or invalid."""
    if bound is None:
        return None
    if bound < smallest:
        limit = plain_text(smallest)
        errors.add(ErrorCode.TOO_SMALL, f"No value of this field is less than {limit}.", minimum=limit)
        return None
    if bound > largest:
        limit = plain_text(largest)
        errors.add(ErrorCode.TOO_LARGE, f"No value of this field is more than {limit}.", maximum=limit)
        return None
    if decimal_places(bound) > places:
        message = (
            "It must be a whole number." if places == 0 else f"It has more decimal places than the field: {places}."
        )
        errors.add(ErrorCode.INVALID_FORMAT, message, places=places)
        return None
    return bound
