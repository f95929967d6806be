"""Validation of integers and decimals, without floats and without rounding to the decimal context's precision."""

from decimal import Decimal

from services.forms.definitions import DecimalField, IntegerField
from services.forms.kinds.types import CheckContext
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode

MIN_INTEGER, MAX_INTEGER = Decimal(-(2**31)), Decimal(2**31 - 1)
MAX_DECIMAL = Decimal(10**15 - 1)
"""The maximum absolute value of a decimal, even in a field without bounds: 15 digits before the decimal point."""


def check_integer_field(errors: ErrorCollector, field: IntegerField, value: int, context: CheckContext) -> int:
    """Return the number, adding TOO_SMALL or TOO_LARGE outside the field's bounds or the 32-bit range."""
    _check_range(errors, field, Decimal(value), MIN_INTEGER, MAX_INTEGER)
    return value


def check_decimal_field(
    errors: ErrorCollector, field: DecimalField, value: Decimal, context: CheckContext
) -> str | None:
    """Return the number as text without an exponent, keeping trailing zeros within the field's decimal places.

    Adds TOO_SMALL or TOO_LARGE outside the field's bounds, and INVALID_FORMAT for too many decimal places, not counting
    trailing zeros. Returns None for a number with too many digits before or after the decimal point, as an exponent could
    expand to a million of them.
    """
    _check_range(errors, field, value, -MAX_DECIMAL, MAX_DECIMAL)
    places = decimal_places(value)
    if places > field.places:
        errors.add(ErrorCode.INVALID_FORMAT, f"{field.title} {_places_requirement(field.places)}.", places=field.places)
    is_storable = value.copy_abs() <= MAX_DECIMAL and places <= field.places
    return _format_decimal(value, field.places) if is_storable else None


def _format_decimal(value: Decimal, places: int) -> str:
    text = f"{value or abs(value):f}"  # turns -0 into 0
    whole, point, fraction = text.partition(".")
    return f"{whole}{point}{fraction[:places]}".removesuffix(".")


def plain_text(value: Decimal) -> str:
    """Return a number as text without an exponent and without trailing zeros after the decimal point."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return "0" if text == "-0" else text


def decimal_places(value: Decimal) -> int:
    """Return the number of decimal places of a finite number, not counting trailing zeros."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int), "the number is finite"
    places = -exponent if value else 0
    for digit in reversed(digits):
        if digit or places <= 0:
            break
        places -= 1
    return max(0, places)


def _check_range(
    errors: ErrorCollector, field: IntegerField | DecimalField, value: Decimal, smallest: Decimal, largest: Decimal
) -> None:
    minimum = smallest if field.minimum is None else max(field.minimum, smallest)
    maximum = largest if field.maximum is None else min(field.maximum, largest)
    if value < minimum:
        bound = plain_text(minimum)
        errors.add(ErrorCode.TOO_SMALL, f"{field.title} must be {bound} or more.", minimum=bound)
    elif value > maximum:
        bound = plain_text(maximum)
        errors.add(ErrorCode.TOO_LARGE, f"{field.title} must be {bound} or less.", maximum=bound)


def _places_requirement(places: int) -> str:
    if places == 0:
        return "must be a whole number"
    return "must have at most " + ("1 decimal place" if places == 1 else f"{places} decimal places")
