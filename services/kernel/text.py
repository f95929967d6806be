"""What every text that people enter goes through before it is measured or kept."""

import unicodedata

from services.kernel.errors import ErrorCode, Problem

MAX_DESCRIPTION_LENGTH = 10_000
MAX_COMMENT_LENGTH = 10_000
MAX_EMAIL_LENGTH = 320

BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of what follows, so that a name can read differently from what it is."""

# Unicode's stream-safe text (UAX #15) has no longer run. Normalising takes the square of a run's length, so
# that one megabyte of marks would hold the process for hours.
_MARKS_IN_A_ROW = 30
_NO_LINE = frozenset({"Cc", "Zl", "Zp"})


def clean_text(text: str) -> str | None:
    """The text in NFC and trimmed, or None if it is none: a NUL, a lone surrogate or endless combining marks."""
    if "\0" in text or not _is_unicode(text) or (not text.isascii() and _has_endless_marks(text)):
        return None
    return unicodedata.normalize("NFC", text).strip()


def check_plain_text(
    text: str | None, *, path: tuple[str, ...], label: str, longest: int
) -> tuple[str, tuple[Problem, ...]]:
    """A text beside the form as it is kept (nothing and blank are the same), and what is wrong with it.

    ``longest`` is in code points. INVALID_FORMAT for what is no text, TOO_LONG beyond ``longest``.
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


def check_line(
    text: str | None, *, path: tuple[str, ...], label: str, longest: int, missing: str | None = None
) -> tuple[str, tuple[Problem, ...]]:
    """A name, or another text of one line, as it is kept, and what is wrong with it.

    As ``check_plain_text``; INVALID_FORMAT also for line breaks and control characters, and REQUIRED, told by
    ``missing``, where it is blank and may not be.
    """
    clean, problems = check_plain_text(text, path=path, label=label, longest=longest)
    if not is_one_line(clean[:longest]):
        message = f"{label} is one line, without control characters."
        problems += (Problem(path, ErrorCode.INVALID_FORMAT, message),)
    if missing is not None and not clean and not problems:
        problems = (Problem(path, ErrorCode.REQUIRED, missing),)
    return clean, problems


def is_one_line(text: str) -> bool:
    """Whether a text has neither line breaks nor control characters, which no name has."""
    return not any(unicodedata.category(character) in _NO_LINE for character in text)


def normalise_email(email: str) -> str:
    """The form in which an e-mail address is kept and compared; what no address can be stays as it is."""
    clean = clean_text(email) if len(email) <= MAX_EMAIL_LENGTH else None
    return email if clean is None else clean.lower()


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _has_endless_marks(text: str) -> bool:
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > _MARKS_IN_A_ROW:
            return True
    return False
