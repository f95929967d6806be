"""Custom scalars: Date, DateTime and Decimal. Each has exactly one accepted format."""

import datetime as dt
import re
from decimal import Decimal

from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

MAX_DECIMAL_LENGTH = 1_000

_DATE_PATTERN = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_DECIMAL_PATTERN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def _parse_date(value: object) -> dt.date:
    """Parse a YYYY-MM-DD string; raise ``GraphQLError`` for any other value.

    Python does not support the year 0. A date in that year becomes ``date.min``, which every validation rule rejects as
    too early.
    """
    match = _DATE_PATTERN.fullmatch(value) if isinstance(value, str) else None
    try:
        if match is None:
            raise ValueError
        year, month, day = map(int, match.groups())
        if year == 0:
            dt.date(4, month, day)  # the year 0 is a leap year, like the year 4
            return dt.date.min
        return dt.date(year, month, day)
    except ValueError:
        raise GraphQLError("A Date is a string YYYY-MM-DD.") from None


def _parse_decimal(value: object) -> Decimal:
    """Parse a ``-?digits[.digits]`` string of at most 1,000 characters; raise ``GraphQLError`` for any other value."""
    if not isinstance(value, str) or len(value) > MAX_DECIMAL_LENGTH or not _DECIMAL_PATTERN.fullmatch(value):
        raise GraphQLError(f"A Decimal is a string -?digits[.digits] of at most {MAX_DECIMAL_LENGTH:,} characters.")
    return Decimal(value)


def _reject_input(value: object) -> dt.datetime:
    raise GraphQLError("A DateTime cannot be used as input.")


def _serialize_decimal(value: Decimal) -> str:
    return format(value, "f")


DATE = ScalarDefinition(
    name="Date",
    description="A day: `YYYY-MM-DD` and nothing else.",
    specified_by_url=None,
    serialize=dt.date.isoformat,
    parse_value=_parse_date,
    parse_literal=None,
    origin=dt.date,
)
DATE_TIME = ScalarDefinition(
    name="DateTime",
    description="A moment in UTC, as RFC 3339 writes it.",
    specified_by_url=None,
    serialize=dt.datetime.isoformat,
    parse_value=_reject_input,
    parse_literal=None,
    origin=dt.datetime,
)
DECIMAL = ScalarDefinition(
    name="Decimal",
    description='An exact number as a string: `"12.50"`. No JSON number, no exponent, at most 1,000 characters.',
    specified_by_url=None,
    serialize=_serialize_decimal,
    parse_value=_parse_decimal,
    parse_literal=None,
    origin=Decimal,
)

SCALARS: dict[object, ScalarDefinition] = {dt.date: DATE, dt.datetime: DATE_TIME, Decimal: DECIMAL}
