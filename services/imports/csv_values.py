"""Cells of a CSV file as values: each reader answers the value, None for an empty cell, or raises CellRefused."""

from collections.abc import Callable

from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format

_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0"}


class CellRefused(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    """A cell that breaks a rule: what is wrong, and the official rule's name if there is one."""

    def __init__(self, message: str, rule: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule


def yes_or_no(text: str) -> bool | None:
    """True, false, yes, no, 1 or 0 in any case; empty says nothing."""
    word = text.lower()
    if word and word not in _YES | _NO:
        raise CellRefused("It must be true or false.")
    return word in _YES if word else None


def text_up_to(longest: int) -> Callable[[str], str | None]:
    """A reader of text with at most that many characters."""

    def read(text: str) -> str | None:
        if len(text) > longest:
            raise CellRefused(f"It has more than {longest} characters.")
        return text or None

    return read


def text_in(text_format: TextFormat) -> Callable[[str], str | None]:
    """A reader of text in a format, which it answers as the format writes it."""

    def read(text: str) -> str | None:
        if not text:
            return None
        checked = check_format(text_format, text)
        if isinstance(checked, FormatProblem):
            raise CellRefused(checked.message, checked.rule)
        return checked

    return read
