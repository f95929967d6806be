"""Which day it is, and which there are. Nothing else asks the clock, or the database, for a day."""

import datetime as dt
from zoneinfo import ZoneInfo

TIME_ZONE = ZoneInfo("Europe/London")
EARLIEST_DATE, LATEST_DATE = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
"""The days that anything entered or imported lies between, both included."""


def today() -> dt.date:
    """The day in Europe/London."""
    return local_date(dt.datetime.now(dt.UTC))


def local_date(moment: dt.datetime) -> dt.date:
    """The day in Europe/London at a moment, which knows its zone."""
    return moment.astimezone(TIME_ZONE).date()


def time_until_midnight() -> dt.timedelta:
    """How long it still is the same day in Europe/London."""
    now = dt.datetime.now(dt.UTC)
    return dt.datetime.combine(local_date(now) + dt.timedelta(days=1), dt.time(), TIME_ZONE) - now


def format_date(day: dt.date) -> str:
    """The day as messages write it: 1 September 2026."""
    return f"{day.day} {day:%B} {day.year}"
