"""Texts: in NFC, trimmed, and as their format writes them; lengths are in code points."""

from services.forms.definitions import TextField
from services.forms.formats import FormatProblem, canonical_text, check_format
from services.forms.kinds.types import CheckContext
from services.forms.patterns import matches
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.text import clean_text


async def check_text_field(errors: ErrorCollector, field: TextField, value: str, context: CheckContext) -> str | None:
    """Return the text as its format writes it; None if it is blank or no text.

    Adds INVALID_FORMAT for what is no text, TOO_SHORT or TOO_LONG, and else what its format or pattern finds: of a text
    of the wrong length that would repeat the same error.
    """
    text = clean_text(value)
    if text is None:
        errors.add(ErrorCode.INVALID_FORMAT, f"{field.label} has characters that no text has.")
        return None
    if not text:
        return None
    if field.format:
        text = canonical_text(field.format, text)
    if _check_length(errors, field, text):
        _check_format(errors, field, text)
    return text


def _check_length(errors: ErrorCollector, field: TextField, text: str) -> bool:
    length = len(text)
    if length > field.max_length:
        message = f"{field.label} may have at most {_characters(field.max_length)}, and has {length}."
        errors.add(ErrorCode.TOO_LONG, message, maximum=field.max_length, length=length)
        return False
    if field.min_length is not None and length < field.min_length:
        message = f"{field.label} must have at least {_characters(field.min_length)}, and has {length}."
        errors.add(ErrorCode.TOO_SHORT, message, minimum=field.min_length, length=length)
        return False
    return True


def _check_format(errors: ErrorCollector, field: TextField, text: str) -> None:
    if field.format:
        checked = check_format(field.format, text)
        if isinstance(checked, FormatProblem):
            errors.add(checked.code, f"{field.label} is not valid. {checked.message}", rule=checked.rule)
            return
    if field.pattern is not None and not matches(field.pattern, text):
        message = f"{field.label} is not written in the form that this field asks for."
        errors.add(ErrorCode.INVALID_FORMAT, message)


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"
