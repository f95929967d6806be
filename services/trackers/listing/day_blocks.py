"""Ranges of days as few blocks of days, each of which an index of the listing holds newest first.

Days are counted from 2020 and kept within 0 to 8191: what lies before or after counts as the first or the last, so the
blocks at these ends may hold days outside the range.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from services.kernel.dates import EARLIEST_DATE, LATEST_DATE, TIME_ZONE

_FIRST, _LAST = dt.date(2020, 1, 1), 8191
_SHIFTS = (8, 4, 0)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """A range of days, both ends included; None is open."""

    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def start(self) -> dt.date:
        """The first day, within those that anything can lie on or next to."""
        return min(max(self.first or EARLIEST_DATE - _DAY, EARLIEST_DATE - _DAY), LATEST_DATE + _DAY)

    @property
    def end(self) -> dt.date:
        """The last day, likewise."""
        return min(max(self.last or LATEST_DATE + _DAY, EARLIEST_DATE - _DAY), LATEST_DATE + _DAY)

    @property
    def moments(self) -> tuple[dt.datetime, dt.datetime]:
        """When the first day begins, and when the last has ended, in Europe/London."""
        return _midnight(self.start), _midnight(self.end + _DAY)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), TIME_ZONE)


@dataclass(frozen=True, slots=True)
class Block:
    """The days that are ``place`` once they are shifted by so many bits."""

    shift: int
    place: int

    @property
    def is_at_an_end(self) -> bool:
        """Whether it holds the first or the last day that is counted, and with it all those beyond."""
        return self.place in (0, _LAST >> self.shift)


def blocks(days: Days) -> Iterator[Block]:
    """Blocks that cover the range and do not overlap."""
    day, last = (min(max((one - _FIRST).days, 0), _LAST) for one in (days.start, days.end))
    while day <= last:
        shift = next(bits for bits in _SHIFTS if day % (1 << bits) == 0 and day + (1 << bits) - 1 <= last)
        yield Block(shift, day >> shift)
        day += 1 << shift
