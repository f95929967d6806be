"""Splitting of date ranges into blocks of 256, 16 or 1 days, each of which an index of the listing stores in order.

The view ``tracker_listed`` represents days by their number from 2020-01-01, clamped to 0 to 8191. The first and the last
block can therefore contain days outside the range.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from services.kernel.dates import EARLIEST_DATE, LATEST_DATE, TIME_ZONE

FIRST_DAY = dt.date(2020, 1, 1)
MAX_DAY_NUMBER = 8191
SHIFTS = (8, 4, 0)
"""The sizes of blocks, as the number of bits by which the indexes shift a day number to the right."""
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayRange:
    """An inclusive range of days. A bound of None is open."""

    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def start(self) -> dt.date:
        """The first day, or the day before the earliest valid date if the range has no lower bound."""
        return min(max(self.first or EARLIEST_DATE - _ONE_DAY, EARLIEST_DATE - _ONE_DAY), LATEST_DATE + _ONE_DAY)

    @property
    def end(self) -> dt.date:
        """The last day, or the day after the latest valid date if the range has no upper bound."""
        return min(max(self.last or LATEST_DATE + _ONE_DAY, EARLIEST_DATE - _ONE_DAY), LATEST_DATE + _ONE_DAY)

    @property
    def datetime_bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """The range as a half-open interval of datetimes, from midnight to midnight in Europe/London."""
        return _midnight(self.start), _midnight(self.end + _ONE_DAY)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), TIME_ZONE)


@dataclass(frozen=True, slots=True)
class Block:
    """The days whose numbers, shifted right by ``shift`` bits, equal ``value``."""

    shift: int
    value: int

    @property
    def is_boundary(self) -> bool:
        """Whether the block contains the first or last day number, which also represents all earlier or later days."""
        return self.value in (0, MAX_DAY_NUMBER >> self.shift)


def split_into_blocks(days: DayRange) -> Iterator[Block]:
    """Yield the fewest blocks that cover a range without overlapping."""
    day, last = (min(max((end - FIRST_DAY).days, 0), MAX_DAY_NUMBER) for end in (days.start, days.end))
    while day <= last:
        shift = next(bits for bits in SHIFTS if day % (1 << bits) == 0 and day + (1 << bits) - 1 <= last)
        yield Block(shift, day >> shift)
        day += 1 << shift
