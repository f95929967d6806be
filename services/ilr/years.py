"""ILR years, which run from 1 August to 31 July and are written ``2026-27``."""

import datetime as dt


def first_day(year: str) -> dt.date:
    """Return the first day of an ILR year."""
    return dt.date(int(year[:4]), 8, 1)


def last_day(year: str) -> dt.date:
    """Return the last day of an ILR year."""
    return dt.date(int(year[:4]) + 1, 7, 31)
