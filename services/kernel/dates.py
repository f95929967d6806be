"""Calendar dates in Europe/London: today's date, the date of a datetime, and the range of accepted dates.

No other module reads the current date from the clock or the database.
"""

import datetime as dt
from zoneinfo import ZoneInfo

TIME_ZONE = ZoneInfo("Europe/London")
EARLIEST_DATE, LATEST_DATE = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
"""The earliest and the latest date that may be entered or imported."""


def today() -> dt.date:
    """Return today's date in Europe/London."""
    return local_date(dt.datetime.now(dt.UTC))


def local_date(timestamp: dt.datetime) -> dt.date:
    """Return the Europe/London date of a timezone-aware datetime."""
    return timestamp.astimezone(TIME_ZONE).date()


def time_until_midnight() -> dt.timedelta:
    """Return the time until the next midnight in Europe/London."""
    now = dt.datetime.now(dt.UTC)
    return dt.datetime.combine(local_date(now) + dt.timedelta(days=1), dt.time(), TIME_ZONE) - now


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def format_date(day: dt.date) -> str:
    """Format a date for messages, such as "1 September 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def format_time(timestamp: dt.datetime) -> str:
    """Format a timezone-aware datetime for messages, such as "1 September 2026, 14:05 (UK time)"."""
    local = timestamp.astimezone(TIME_ZONE)
    return f"{format_date(local.date())}, {local:%H:%M} (UK time)"
