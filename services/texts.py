"""What every text that people enter goes through before it is measured or kept."""

import unicodedata

# Unicode's stream-safe text (UAX #15) has no longer run. Normalising takes the square of a run's length, so
# that one megabyte of marks would hold the process for hours.
_MARKS_IN_A_ROW = 30


def clean_text(text: str) -> str | None:
    """The text in NFC and trimmed, or None if it is none: a NUL, a lone surrogate or endless combining marks."""
    if "\0" in text or not _is_unicode(text) or (not text.isascii() and _has_endless_marks(text)):
        return None
    return unicodedata.normalize("NFC", text).strip()


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
