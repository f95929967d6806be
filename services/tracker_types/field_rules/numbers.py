"""What a field for numbers may ask for."""

from decimal import Decimal
from typing import Any

from services.forms.kinds.numbers import MAX_DECIMAL, MAX_INTEGER, MIN_INTEGER, decimal_places, plain_text
from services.kernel.checks import check_number
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.input import FieldEntry

DEFAULT_PLACES, MOST_PLACES = 2, 10


def integer_rules(entry: FieldEntry, errors: ErrorCollector) -> dict[str, Any]:
    """Whole bounds within 32 bits, the least not beyond the greatest."""
    return _bounds(entry, errors, MIN_INTEGER, MAX_INTEGER, places=0)


def decimal_rules(entry: FieldEntry, errors: ErrorCollector) -> dict[str, Any]:
    """Bounds that a value of the field could have itself, the least not beyond the greatest."""
    places = check_number(errors.at("places"), entry.places, label="The decimal places", minimum=0, maximum=MOST_PLACES)
    places = DEFAULT_PLACES if places is None else places
    return _bounds(entry, errors, -MAX_DECIMAL, MAX_DECIMAL, places=places) | {"places": places}


def _bounds(
    entry: FieldEntry, errors: ErrorCollector, smallest: Decimal, largest: Decimal, *, places: int
) -> dict[str, Any]:
    bounds = {name: getattr(entry, name) for name in ("minimum", "maximum")}
    right = {
        name: None if bound is None else _bound(errors.at(name), bound, smallest, largest, places)
        for name, bound in bounds.items()
    }
    minimum, maximum = right["minimum"], right["maximum"]
    if minimum is not None and maximum is not None and minimum > maximum:
        figure = plain_text(minimum)
        errors.at("maximum").add(ErrorCode.TOO_SMALL, "The greatest value is below the least.", minimum=figure)
    return right


def _bound(errors: ErrorCollector, bound: Decimal, smallest: Decimal, largest: Decimal, places: int) -> Decimal | None:
    if bound < smallest:
        figure = plain_text(smallest)
        errors.add(ErrorCode.TOO_SMALL, f"No value of this field is less than {figure}.", minimum=figure)
    elif bound > largest:
        figure = plain_text(largest)
        errors.add(ErrorCode.TOO_LARGE, f"No value of this field is more than {figure}.", maximum=figure)
    elif decimal_places(bound) > places:
        message = "It is whole." if places == 0 else f"It has more decimal places than the field: {places}."
        errors.add(ErrorCode.INVALID_FORMAT, message, places=places)
    else:
        return bound
    return None
