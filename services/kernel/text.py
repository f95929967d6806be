"""Normalisation of text that users enter, before it is measured or stored."""

import unicodedata

MAX_DESCRIPTION_LENGTH = 10_000
MAX_COMMENT_LENGTH = 10_000
MAX_EMAIL_LENGTH = 320

BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of the text after them, and so can disguise a name."""

# The limit of Unicode's Stream-Safe Text Format (UAX #15). Normalisation is quadratic in the length of a run of
# combining marks, so one megabyte of them would block the process for hours.
_MAX_COMBINING_MARKS = 30
_LINE_BREAKS_AND_CONTROLS = frozenset({"Cc", "Zl", "Zp"})


def clean_text(text: str) -> str | None:
    """Return the text in NFC and trimmed, or None for NULs, lone surrogates or too many consecutive combining marks."""
    if "\0" in text:
        return None
    if text.isascii():
        return text.strip()
    if not _is_unicode(text) or _has_too_many_marks(text):
        return None
    return unicodedata.normalize("NFC", text).strip()


def is_one_line(text: str) -> bool:
    """Return whether a text has no line breaks or control characters."""
    return not any(unicodedata.category(character) in _LINE_BREAKS_AND_CONTROLS for character in text)


def normalise_email(email: str) -> str:
    """Return an email address as it is stored and compared: trimmed, in NFC and lower case.

    Invalid text is returned unchanged.
    """
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
