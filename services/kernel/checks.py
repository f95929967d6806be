"""Checks that many entries share: of texts, numbers, days and lists. Each adds what is wrong to a collector.

A check returns its value as it is kept, or something harmless in its place, so that the checks after it can run.
"""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from services.kernel.dates import EARLIEST_DATE, LATEST_DATE, format_date
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.text import clean_text, is_one_line

T = TypeVar("T")


def check_text(
    errors: ErrorCollector, text: str | None, *, label: str, max_length: int, missing: str | None = None
) -> str:
    """Return a text of any number of lines in NFC and trimmed; None and blank text are "".

    ``max_length`` is in code points. Adds INVALID_FORMAT for what is no text, TOO_LONG beyond ``max_length``, and REQUIRED
    with the message ``missing``, if there is one, for blank text.
    """
    clean = clean_text(text or "")
    if clean is None:
        errors.add(ErrorCode.INVALID_FORMAT, f"{label} contains a character that is no text.")
        return ""
    if len(clean) > max_length:
        message = f"{label} may have at most {max_length:,} characters; this has {len(clean):,}."
        errors.add(ErrorCode.TOO_LONG, message, maximum=max_length, length=len(clean))
    if not clean and missing is not None:
        errors.add(ErrorCode.REQUIRED, missing)
    return clean


def check_line(
    errors: ErrorCollector, text: str | None, *, label: str, max_length: int, missing: str | None = None
) -> str:
    """Return a text of one line, such as a name, in NFC and trimmed; None and blank text are "".

    As ``check_text``, and adds INVALID_FORMAT for line breaks and control characters.
    """
    clean = check_text(errors, text, label=label, max_length=max_length, missing=missing)
    if not is_one_line(clean[:max_length]):
        errors.add(ErrorCode.INVALID_FORMAT, f"{label} is one line, without control characters.")
    return clean


def check_number(errors: ErrorCollector, number: int | None, *, label: str, minimum: int, maximum: int) -> int | None:
    """Return the number if it is within its limits, both included; otherwise add TOO_SMALL or TOO_LARGE, return None."""
    if number is not None and number < minimum:
        errors.add(ErrorCode.TOO_SMALL, f"{label} must be {minimum:,} or more.", minimum=minimum)
        return None
    if number is not None and number > maximum:
        errors.add(ErrorCode.TOO_LARGE, f"{label} must be {maximum:,} or less.", maximum=maximum)
        return None
    return number


def check_date(errors: ErrorCollector, day: dt.date | None) -> dt.date | None:
    """Return the day if it lies from 1900 to 2100; otherwise add TOO_EARLY or TOO_LATE, return None."""
    if day is not None and day < EARLIEST_DATE:
        errors.add(ErrorCode.TOO_EARLY, f"Days are {format_date(EARLIEST_DATE)} or later.", earliest=EARLIEST_DATE)
        return None
    if day is not None and day > LATEST_DATE:
        errors.add(ErrorCode.TOO_LATE, f"Days are {format_date(LATEST_DATE)} or earlier.", latest=LATEST_DATE)
        return None
    return day


def take_at_most(errors: ErrorCollector, items: Sequence[T], *, label: str, maximum: int) -> Sequence[T]:
    """Return all items; of too many, add TOO_MANY and return the first ``maximum``, so that the check stays short."""
    if len(items) > maximum:
        errors.add(ErrorCode.TOO_MANY, f"{label} at most {maximum}.", maximum=maximum, length=len(items))
    return items[:maximum]
