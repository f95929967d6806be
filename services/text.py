"""Free text beside the form: how long it may be, and what is wrong with it."""

from services.problems import ErrorCode, Problem
from services.texts import clean_text

LONGEST_DESCRIPTION = 10_000


def check_text(
    text: str | None, *, path: tuple[str, ...], label: str, longest: int
) -> tuple[str, tuple[Problem, ...]]:
    """The text as it is kept (NFC, trimmed; nothing and blank are the same), and what is wrong with it.

    ``longest`` is in code points.
    """
    clean = clean_text(text or "")
    if clean is None:
        message = f"{label} contains a character that is no text."
        return "", (Problem(path, ErrorCode.INVALID_FORMAT, message),)
    if len(clean) > longest:
        message = f"{label} may have at most {longest:,} characters; this has {len(clean):,}."
        figures = (("maximum", str(longest)), ("length", str(len(clean))))
        return clean, (Problem(path, ErrorCode.TOO_LONG, message, figures),)
    return clean, ()
