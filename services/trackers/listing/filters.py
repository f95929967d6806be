"""Filters of tracker lists."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from models import ProgrammeStatus, TrackerCategory, TrackerStatus
from services.kernel.dates import EARLIEST_DATE, LATEST_DATE, TIME_ZONE

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerFilter:
    """A filter of trackers. A tracker matches if it has one of the values of every field.

    A field of None matches every tracker, an empty collection matches none.
    """

    search: tuple[str, ...] = ()
    type: Collection[str] | None = None
    category: Collection[TrackerCategory] | None = None
    status: Collection[TrackerStatus] | None = None
    assignee: Collection[UUID] | None = None
    unassigned: bool | None = None
    created_by: Collection[UUID] | None = None
    learner: Collection[UUID] | None = None
    tutor: Collection[UUID] | None = None
    employer: Collection[UUID] | None = None
    group: Collection[str] | None = None
    programme: Collection[UUID] | None = None
    sub_programme: Collection[str] | None = None
    programme_status: Collection[ProgrammeStatus] | None = None
    created: DayRange | None = None
    updated: DayRange | None = None
    due: DayRange | None = None
    overdue: bool | None = None


NO_FILTER = TrackerFilter()
