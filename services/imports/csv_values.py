"""Parsers of CSV cells: each returns the value, or None for an empty cell, and raises CellError if it is invalid."""

from collections.abc import Callable

from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.kernel.names import clean_name

_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0"}


class CellError(Exception):
    """Raised when a cell is invalid; ``rule`` is the name of the official rule that it breaks, or None."""

    def __init__(self, message: str, rule: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule


def parse_boolean(text: str) -> bool | None:
    """Parse true, false, yes, no, 1 or 0, ignoring case."""
    word = text.lower()
    if word and word not in _YES | _NO:
        raise CellError("It must be true or false.")
    return word in _YES if word else None


def limited_text(max_length: int) -> Callable[[str], str | None]:
    """Return a parser that accepts a single line of at most ``max_length`` characters, kept like a name."""

    def parse(text: str) -> str | None:
        clean = clean_name(text)
        text = text if clean is None else clean
        if len(text) > max_length:
            raise CellError(f"It has more than {max_length} characters.")
        return text or None

    return parse


def formatted_text(text_format: TextFormat) -> Callable[[str], str | None]:
    """Return a parser that checks text against a format and returns its canonical form."""

    def parse(text: str) -> str | None:
        if not text:
            return None
        checked = check_format(text_format, clean_name(text) or text)
        if isinstance(checked, FormatProblem):
            raise CellError(checked.message, checked.rule)
        return checked

    return parse
