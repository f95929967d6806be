"""ILR years, which run from 1 August to 31 July and are written ``2026-27``."""

import datetime as dt
import re


def ilr_year(day: dt.date) -> str:
    """Return the ILR year of a day, such as ``2026-27``."""
    start = day.year if day.month >= 8 else day.year - 1
    return f"{start}-{(start + 1) % 100:02}"


def first_day(year: str) -> dt.date:
    """Return the first day of an ILR year."""
    return dt.date(int(year[:4]), 8, 1)


def last_day(year: str) -> dt.date:
    """Return the last day of an ILR year."""
    return dt.date(int(year[:4]) + 1, 7, 31)


def full_year(short_year: str) -> str | None:
    """Return the ILR year of its short form, ``2026-27`` for ``26-27``, or None if it is not one.

    The ILR began in this century.
    """
    return f"20{short_year}" if re.fullmatch("[0-9]{2}-[0-9]{2}", short_year) else None
