"""Validation of texts, which are normalised to NFC, trimmed and converted to their format's canonical form."""

from services.forms.definitions import TextField
from services.forms.formats import FormatProblem, canonical_text, check_format
from services.forms.kinds.types import CheckContext
from services.forms.patterns import matches
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.text import clean_text

_MAX_QUOTED_PATTERN = 100


def check_text_field(errors: ErrorCollector, field: TextField, value: str, context: CheckContext) -> str | None:
    """Return the canonical text, or None if it is blank or contains invalid characters.

    Adds INVALID_FORMAT for invalid characters, TOO_SHORT or TOO_LONG for the wrong length in code points, and otherwise
    the problem of its format or pattern. A text of the wrong length is not checked further, so as not to repeat the error.
    """
    text = clean_text(value)
    if text is None:
        errors.add(ErrorCode.INVALID_FORMAT, f"{field.title} contains characters that are not allowed.")
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
        message = f"{field.title} must have at most {_character_count(field.max_length)}, and has {length}."
        errors.add(ErrorCode.TOO_LONG, message, maximum=field.max_length, length=length)
        return False
    if field.min_length is not None and length < field.min_length:
        message = f"{field.title} must have at least {_character_count(field.min_length)}, and has {length}."
        errors.add(ErrorCode.TOO_SHORT, message, minimum=field.min_length, length=length)
        return False
    return True


def _check_format(errors: ErrorCollector, field: TextField, text: str) -> None:
    if field.format:
        result = check_format(field.format, text)
        if isinstance(result, FormatProblem):
            errors.add(result.code, f"{field.title} is not valid. {result.message}", rule=result.rule)
            return
    if field.pattern is not None and not matches(field.pattern, text):
        errors.add(
            ErrorCode.INVALID_FORMAT, f"{field.title} {_pattern_requirement(field.pattern, field.pattern_hint)}."
        )


def _pattern_requirement(pattern: str, hint: str | None) -> str:
    if hint:
        return f"must be written like this: {hint.rstrip('.')}"
    if len(pattern) > _MAX_QUOTED_PATTERN:
        return "must match the pattern of this field"
    return f"must match the pattern {pattern}"


def _character_count(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"
