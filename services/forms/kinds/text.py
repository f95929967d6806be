"""Text: NFC, trimmed, and as its format writes it; lengths in code points."""

from services.forms.definitions import TextField
from services.forms.formats import FormatProblem, canonical_text, check_format
from services.forms.kinds.types import CheckContext, CheckResult, problem
from services.forms.patterns import matches
from services.kernel.errors import ErrorCode, Problem
from services.kernel.text import clean_text


async def check_text(field: TextField, value: str, context: CheckContext) -> CheckResult:
    """Length first; only a text of the right length is asked for its form, which would tell the same again."""
    text = clean_text(value)
    if text is None:
        return CheckResult(
            None, (problem(field, ErrorCode.INVALID_FORMAT, f"{field.label} has characters that no text has."),)
        )
    if not text:
        return CheckResult(None)
    if field.format:
        text = canonical_text(field.format, text)
    return CheckResult(text, _wrong_length(field, text) or _wrong_form(field, text))


def _wrong_length(field: TextField, text: str) -> tuple[Problem, ...]:
    length = len(text)
    if length > field.max_length:
        message = f"{field.label} may have at most {_characters(field.max_length)}, and has {length}."
        return (problem(field, ErrorCode.TOO_LONG, message, maximum=field.max_length, length=length),)
    if field.min_length is not None and length < field.min_length:
        message = f"{field.label} must have at least {_characters(field.min_length)}, and has {length}."
        return (problem(field, ErrorCode.TOO_SHORT, message, minimum=field.min_length, length=length),)
    return ()


def _wrong_form(field: TextField, text: str) -> tuple[Problem, ...]:
    if field.format:
        checked = check_format(field.format, text)
        if isinstance(checked, FormatProblem):
            message = f"{field.label} is not valid. {checked.message}"
            return (problem(field, checked.code, message, rule=checked.rule),)
    if field.pattern is not None and not matches(field.pattern, text):
        message = f"{field.label} is not written in the form that this field asks for."
        return (problem(field, ErrorCode.INVALID_FORMAT, message),)
    return ()


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"
