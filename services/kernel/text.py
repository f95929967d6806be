"""Normalising text that people enter, before it is measured or stored."""

import unicodedata

MAX_DESCRIPTION_LENGTH = 10_000
MAX_COMMENT_LENGTH = 10_000
MAX_EMAIL_LENGTH = 320

BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of what follows, so that a name can read differently from what it is."""

# The limit of Unicode's stream-safe text (UAX #15). Normalising takes the square of a run's length, so
# that one megabyte of marks would block the process for hours.
_MAX_COMBINING_MARKS = 30
_LINE_BREAKS_AND_CONTROLS = frozenset({"Cc", "Zl", "Zp"})


def clean_text(text: str) -> str | None:
    """Return the text in NFC and trimmed; None if it has a NUL, a lone surrogate or too many combining marks in a row."""
    if "\0" in text or not _is_unicode(text) or (not text.isascii() and _has_too_many_marks(text)):
        return None
    return unicodedata.normalize("NFC", text).strip()


def is_one_line(text: str) -> bool:
    """Return whether a text has neither line breaks nor control characters."""
    return not any(unicodedata.category(character) in _LINE_BREAKS_AND_CONTROLS for character in text)


def normalise_email(email: str) -> str:
    """Return an e-mail address as it is stored and compared: clean, in lower case. Invalid text is returned unchanged."""
    clean = clean_text(email) if len(email) <= MAX_EMAIL_LENGTH else None
    return email if clean is None else clean.lower()


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _has_too_many_marks(text: str) -> bool:
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > _MAX_COMBINING_MARKS:
            return True
    return False
