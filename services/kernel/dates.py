"""Calendar days in Europe/London: today, the day of a moment, the range of dates that is accepted.

No other module asks the clock or the database which day it is.
"""

import datetime as dt
from zoneinfo import ZoneInfo

TIME_ZONE = ZoneInfo("Europe/London")
EARLIEST_DATE, LATEST_DATE = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
"""The first and the last date that may be entered or imported."""


def today() -> dt.date:
    """Return today's date in Europe/London."""
    return local_date(dt.datetime.now(dt.UTC))


def local_date(moment: dt.datetime) -> dt.date:
    """Return the date in Europe/London at a moment, which must be aware of its time zone."""
    return moment.astimezone(TIME_ZONE).date()


def time_until_midnight() -> dt.timedelta:
    """Return the time that is left until the next day begins in Europe/London."""
    now = dt.datetime.now(dt.UTC)
    return dt.datetime.combine(local_date(now) + dt.timedelta(days=1), dt.time(), TIME_ZONE) - now


def format_date(day: dt.date) -> str:
    """Return a date as messages write it: 1 September 2026."""
    return f"{day.day} {day:%B} {day.year}"
