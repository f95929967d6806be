"""Where in an entry something is wrong, and the checks that every slot of its sort goes through."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.kernel.dates import EARLIEST_DATE, LATEST_DATE, format_date
from services.kernel.errors import ErrorCode, Problem
from services.kernel.text import check_line, check_plain_text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ErrorCollector:
    """A place in an entry; the places below it share its list of problems."""

    path: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def below(self, *steps: object) -> "ErrorCollector":
        """The place that these names and indices lead to from here."""
        return ErrorCollector((*self.path, *map(str, steps)), self.problems)

    def tell(self, code: ErrorCode, message: str, **figures: object) -> None:
        """Something is wrong here; with the figures behind the message."""
        parameters = tuple((name, str(value)) for name, value in figures.items())
        self.problems.append(Problem(self.path, code, message, parameters))


def text_at(place: ErrorCollector, text: str | None, *, label: str, longest: int, required: bool = True) -> str:
    """A text of one line as it is kept: REQUIRED if blank, TOO_LONG, INVALID_FORMAT for what is no line of text."""
    missing = f"{label} is required." if required else None
    clean, problems = check_line(text, path=place.path, label=label, longest=longest, missing=missing)
    place.problems.extend(problems)
    return clean


def lines_at(place: ErrorCollector, text: str | None, *, label: str, longest: int) -> str:
    """A text of any number of lines as it is kept; blank is none."""
    clean, problems = check_plain_text(text, path=place.path, label=label, longest=longest)
    place.problems.extend(problems)
    return clean


def number_at(place: ErrorCollector, number: int | None, *, label: str, smallest: int, largest: int) -> int | None:
    """A number within its limits, or None: TOO_SMALL or TOO_LARGE otherwise."""
    if number is not None and number < smallest:
        place.tell(ErrorCode.TOO_SMALL, f"{label} must be {smallest:,} or more.", minimum=smallest)
        return None
    if number is not None and number > largest:
        place.tell(ErrorCode.TOO_LARGE, f"{label} must be {largest:,} or less.", maximum=largest)
        return None
    return number


def day_at(place: ErrorCollector, day: dt.date | None) -> dt.date | None:
    """A day that an entry can hold, or None: TOO_EARLY or TOO_LATE otherwise."""
    if day is not None and day < EARLIEST_DATE:
        place.tell(ErrorCode.TOO_EARLY, f"Days are {format_date(EARLIEST_DATE)} or later.", earliest=EARLIEST_DATE)
        return None
    if day is not None and day > LATEST_DATE:
        place.tell(ErrorCode.TOO_LATE, f"Days are {format_date(LATEST_DATE)} or earlier.", latest=LATEST_DATE)
        return None
    return day


def at_most(place: ErrorCollector, entries: Sequence[T], *, label: str, most: int) -> Sequence[T]:
    """The entries that are looked at: all, or with TOO_MANY the first ``most``."""
    if len(entries) > most:
        place.tell(ErrorCode.TOO_MANY, f"{label} at most {most}.", maximum=most, length=len(entries))
    return entries[:most]
