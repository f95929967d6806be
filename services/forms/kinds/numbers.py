"""Integers and decimals, compared exactly: never as floats, never rounded to the context's precision."""

from decimal import Decimal

from services.forms.definitions import DecimalField, IntegerField
from services.forms.kinds.types import CheckContext
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode

MIN_INTEGER, MAX_INTEGER = Decimal(-(2**31)), Decimal(2**31 - 1)
MAX_DECIMAL = Decimal(10**15 - 1)
"""The greatest absolute value of a decimal, whether its field has bounds or not: 15 digits before the point."""


async def check_integer_field(errors: ErrorCollector, field: IntegerField, value: int, context: CheckContext) -> int:
    """Return the number; add TOO_SMALL or TOO_LARGE outside its bounds and 32 bits."""
    _check_range(errors, field, Decimal(value), MIN_INTEGER, MAX_INTEGER)
    return value


async def check_decimal_field(
    errors: ErrorCollector, field: DecimalField, value: Decimal, context: CheckContext
) -> str | None:
    """Return the number as it was written, ``12.50`` as ``12.50``, without zeros in front and beyond the field's places.

    Adds TOO_SMALL or TOO_LARGE outside its bounds, and INVALID_FORMAT for too many decimal places; zeros at the end do
    not count. None for what has too many digits: an exponent may stand for a million of them.
    """
    _check_range(errors, field, value, -MAX_DECIMAL, MAX_DECIMAL)
    places = decimal_places(value)
    if places > field.places:
        errors.add(ErrorCode.INVALID_FORMAT, f"{field.label} {_must_have(field.places)}.", places=field.places)
    is_writable = value.copy_abs() <= MAX_DECIMAL and places <= field.places
    return _as_written(value, field.places) if is_writable else None


def _as_written(value: Decimal, places: int) -> str:
    text = f"{value or abs(value):f}"  # no -0
    whole, point, fraction = text.partition(".")
    return f"{whole}{point}{fraction[:places]}".removesuffix(".")


def plain_text(value: Decimal) -> str:
    """Return the number without an exponent and without trailing zeros after the point."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return "0" if text == "-0" else text


def decimal_places(value: Decimal) -> int:
    """Return how many decimal places a finite number has, without trailing zeros."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int), "a decimal is finite"
    if not value:
        return 0
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -(exponent + zeros))


def _check_range(
    errors: ErrorCollector, field: IntegerField | DecimalField, value: Decimal, smallest: Decimal, largest: Decimal
) -> None:
    minimum = smallest if field.minimum is None else max(field.minimum, smallest)
    maximum = largest if field.maximum is None else min(field.maximum, largest)
    if value < minimum:
        bound = plain_text(minimum)
        errors.add(ErrorCode.TOO_SMALL, f"{field.label} must be {bound} or more.", minimum=bound)
    elif value > maximum:
        bound = plain_text(maximum)
        errors.add(ErrorCode.TOO_LARGE, f"{field.label} must be {bound} or less.", maximum=bound)


def _must_have(places: int) -> str:
    if places == 0:
        return "must be a whole number"
    return "may have at most " + ("1 decimal place" if places == 1 else f"{places} decimal places")
