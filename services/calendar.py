"""Which day it is. Nothing else asks the clock, or the database, for a day."""

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/London")


def today() -> dt.date:
    """The day in Europe/London."""
    return dt.datetime.now(ZONE).date()


def spoken(day: dt.date) -> str:
    """The day as messages write it: 1 September 2026."""
    return f"{day.day} {day:%B} {day.year}"
