"""Integers and decimals, compared exactly: never as floats, never rounded to the context's precision."""

from decimal import Decimal

from services.forms.definitions import DecimalField, IntegerField
from services.forms.kinds.types import CheckContext, CheckResult, problem
from services.kernel.errors import ErrorCode, Problem

INTEGERS = (Decimal(-(2**31)), Decimal(2**31 - 1))
LARGEST_DECIMAL = Decimal(10**15 - 1)
"""No decimal is beyond 15 digits before the point, whether its field has bounds or not."""


async def check_integer(field: IntegerField, value: int, context: CheckContext) -> CheckResult:
    """A whole number within its bounds and within 32 bits."""
    return CheckResult(value, _out_of_range(field, Decimal(value), *INTEGERS))


async def check_decimal(field: DecimalField, value: Decimal, context: CheckContext) -> CheckResult:
    """A decimal within its bounds; zeros at the end do not count as decimal places.

    It is kept as it was written, ``12.50`` as ``12.50``, but for zeros in front and those beyond the field's places.
    """
    problems = _out_of_range(field, value, -LARGEST_DECIMAL, LARGEST_DECIMAL)
    places = decimal_places(value)
    if places > field.places:
        message = f"{field.label} {_must_have(field.places)}."
        problems += (problem(field, ErrorCode.INVALID_FORMAT, message, places=field.places),)
    # What has too many digits is not written out: an exponent may stand for a million of them.
    writable = value.copy_abs() <= LARGEST_DECIMAL and places <= field.places
    return CheckResult(_as_written(value, field.places) if writable else None, problems)


def _as_written(value: Decimal, places: int) -> str:
    text = f"{value or abs(value):f}"  # no -0
    whole, point, fraction = text.partition(".")
    return f"{whole}{point}{fraction[:places]}".removesuffix(".")


def plain_text(value: Decimal) -> str:
    """The number without an exponent and without zeros that say nothing."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return "0" if text == "-0" else text


def decimal_places(value: Decimal) -> int:
    """How many decimal places a finite number has; zeros at the end do not count."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int), "a decimal is finite"
    if not value:
        return 0
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -(exponent + zeros))


def _out_of_range(
    field: IntegerField | DecimalField, value: Decimal, smallest: Decimal, largest: Decimal
) -> tuple[Problem, ...]:
    minimum = smallest if field.minimum is None else max(field.minimum, smallest)
    maximum = largest if field.maximum is None else min(field.maximum, largest)
    if value < minimum:
        bound = plain_text(minimum)
        return (problem(field, ErrorCode.TOO_SMALL, f"{field.label} must be {bound} or more.", minimum=bound),)
    if value > maximum:
        bound = plain_text(maximum)
        return (problem(field, ErrorCode.TOO_LARGE, f"{field.label} must be {bound} or less.", maximum=bound),)
    return ()


def _must_have(places: int) -> str:
    if places == 0:
        return "must be a whole number"
    return "may have at most " + ("1 decimal place" if places == 1 else f"{places} decimal places")
