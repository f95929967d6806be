"""Checks of texts, numbers, dates and lists that many inputs share, which add problems to an error collector.

A check returns the normalised value, or a harmless substitute for an invalid one, so that later checks can run.
"""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from services.kernel.dates import EARLIEST_DATE, LATEST_DATE, format_date
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.names import clean_name, has_control_characters
from services.kernel.text import clean_text, is_one_line

T = TypeVar("T")


def check_text(
    errors: ErrorCollector, text: str | None, *, label: str, max_length: int, required_message: str | None = None
) -> str:
    """Return a text, which may have several lines, in NFC and trimmed; None and blank text become "".

    Adds INVALID_FORMAT for invalid characters, TOO_LONG above ``max_length`` code points, and REQUIRED for blank text
    if there is a ``required_message``.
    """
    clean = clean_text(text or "")
    if clean is None:
        errors.add(ErrorCode.INVALID_FORMAT, f"{label} contains an invalid character.")
        return ""
    if len(clean) > max_length:
        message = f"{label} must have at most {max_length:,} characters; this has {len(clean):,}."
        errors.add(ErrorCode.TOO_LONG, message, maximum=max_length, length=len(clean))
    if not clean and required_message is not None:
        errors.add(ErrorCode.REQUIRED, required_message)
    return clean


def check_line(
    errors: ErrorCollector, text: str | None, *, label: str, max_length: int, required_message: str | None = None
) -> str:
    """Return a single line of text, such as a name, in NFC and trimmed; None and blank text become "".

    Adds the same errors as ``check_text``, and INVALID_FORMAT for line breaks and control characters.
    """
    clean = check_text(errors, text, label=label, max_length=max_length, required_message=required_message)
    if not is_one_line(clean[:max_length]):
        errors.add(ErrorCode.INVALID_FORMAT, f"{label} must be a single line without control characters.")
    return clean


def check_name(
    errors: ErrorCollector, name: str, *, label: str, max_length: int, required_message: str | None = None
) -> str:
    """Return a name as ``clean_name`` keeps it.

    Adds the same errors as ``check_text``, and INVALID_FORMAT for control characters other than line breaks and tabs,
    which become spaces.
    """
    clean = clean_name(name)
    if clean is not None and has_control_characters(name):
        errors.add(ErrorCode.INVALID_FORMAT, f"{label} must be a single line without control characters.")
        return clean
    text = name if clean is None else clean
    return check_text(errors, text, label=label, max_length=max_length, required_message=required_message)


def check_number(errors: ErrorCollector, number: int | None, *, label: str, minimum: int, maximum: int) -> int | None:
    """Return a number from ``minimum`` to ``maximum``; otherwise add TOO_SMALL or TOO_LARGE and return None."""
    if number is not None and number < minimum:
        errors.add(ErrorCode.TOO_SMALL, f"{label} must be {minimum:,} or more.", minimum=minimum)
        return None
    if number is not None and number > maximum:
        errors.add(ErrorCode.TOO_LARGE, f"{label} must be {maximum:,} or less.", maximum=maximum)
        return None
    return number


def check_date(errors: ErrorCollector, day: dt.date | None) -> dt.date | None:
    """Return a date from 1900 to 2100; otherwise add TOO_EARLY or TOO_LATE and return None."""
    if day is not None and day < EARLIEST_DATE:
        errors.add(ErrorCode.TOO_EARLY, f"Dates must be {format_date(EARLIEST_DATE)} or later.", earliest=EARLIEST_DATE)
        return None
    if day is not None and day > LATEST_DATE:
        errors.add(ErrorCode.TOO_LATE, f"Dates must be {format_date(LATEST_DATE)} or earlier.", latest=LATEST_DATE)
        return None
    return day


def take_at_most(errors: ErrorCollector, items: Sequence[T], *, label: str, maximum: int) -> Sequence[T]:
    """Return the first ``maximum`` items, and add TOO_MANY if there are more, which bounds the work of later checks."""
    if len(items) > maximum:
        errors.add(ErrorCode.TOO_MANY, f"{label} at most {maximum}.", maximum=maximum, length=len(items))
    return items[:maximum]
