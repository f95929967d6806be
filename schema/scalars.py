"""The scalars that GraphQL lacks, each in one spelling only."""

import datetime as dt
import re
from decimal import Decimal

from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

LONGEST_DECIMAL = 1_000

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def parse_day(value: object) -> dt.date:
    """A day written YYYY-MM-DD and nothing else.

    Python knows no year 0; it is answered as the first day there is, which every rule finds too early.
    """
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        if found is None:
            raise ValueError
        year, month, day = map(int, found.groups())
        if year == 0:
            dt.date(4, month, day)  # a leap year, as the year 0 is
            return dt.date.min
        return dt.date(year, month, day)
    except ValueError:
        raise GraphQLError("A Date is a string YYYY-MM-DD.") from None


def parse_decimal(value: object) -> Decimal:
    """A number written as a string -?digits[.digits] of at most 1,000 characters."""
    if not isinstance(value, str) or len(value) > LONGEST_DECIMAL or not _NUMBER.fullmatch(value):
        raise GraphQLError(f"A Decimal is a string -?digits[.digits] of at most {LONGEST_DECIMAL:,} characters.")
    return Decimal(value)


def _never_read(value: object) -> dt.datetime:
    raise GraphQLError("A DateTime is no input.")


def _plain(value: Decimal) -> str:
    return format(value, "f")


DATE = ScalarDefinition(
    name="Date",
    description="A day: `YYYY-MM-DD` and nothing else.",
    specified_by_url=None,
    serialize=dt.date.isoformat,
    parse_value=parse_day,
    parse_literal=None,
    origin=dt.date,
)
DATE_TIME = ScalarDefinition(
    name="DateTime",
    description="A moment in UTC, as RFC 3339 writes it.",
    specified_by_url=None,
    serialize=dt.datetime.isoformat,
    parse_value=_never_read,
    parse_literal=None,
    origin=dt.datetime,
)
DECIMAL = ScalarDefinition(
    name="Decimal",
    description='An exact number as a string: `"12.50"`. No JSON number, no exponent, at most 1,000 characters.',
    specified_by_url=None,
    serialize=_plain,
    parse_value=parse_decimal,
    parse_literal=None,
    origin=Decimal,
)

SCALARS: dict[object, ScalarDefinition] = {dt.date: DATE, dt.datetime: DATE_TIME, Decimal: DECIMAL}
