"""The custom scalars, each of which accepts one notation only."""

import datetime as dt
import re
from decimal import Decimal

from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

MAX_DECIMAL_LENGTH = 1_000

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def _parse_date(value: object) -> dt.date:
    """Return the date of a string YYYY-MM-DD; raise GraphQLError for everything else.

    Python has no year 0: a date in it becomes Python's first date, which every rule rejects as too early.
    """
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    try:
        if match is None:
            raise ValueError
        year, month, day = map(int, match.groups())
        if year == 0:
            dt.date(4, month, day)  # a leap year, as the year 0 is
            return dt.date.min
        return dt.date(year, month, day)
    except ValueError:
        raise GraphQLError("A Date is a string YYYY-MM-DD.") from None


def _parse_decimal(value: object) -> Decimal:
    """Return the number of a string -?digits[.digits] of at most 1,000 characters; raise GraphQLError for all else."""
    if not isinstance(value, str) or len(value) > MAX_DECIMAL_LENGTH or not _NUMBER.fullmatch(value):
        raise GraphQLError(f"A Decimal is a string -?digits[.digits] of at most {MAX_DECIMAL_LENGTH:,} characters.")
    return Decimal(value)


def _reject_input(value: object) -> dt.datetime:
    raise GraphQLError("A DateTime is no input.")


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
