"""Idempotency keys: an entry sent again is answered with what the first one made."""

import json
from hashlib import sha256

from services.kernel.errors import ErrorCode, Problem
from services.kernel.text import clean_text

LONGEST_KEY = 200


def key_problems(key: str | None) -> list[Problem]:
    """A key has 1 to 200 characters, as it was sent: it is kept and compared so."""
    path = ("idempotency_key",)
    if key is None:
        return []
    if not key.strip():
        message = "The idempotency key may not be empty."
        return [Problem(path, ErrorCode.TOO_SHORT, message, (("minimum", "1"), ("length", "0")))]
    if clean_text(key) is None:
        return [Problem(path, ErrorCode.INVALID_FORMAT, "The idempotency key contains a character that is no text.")]
    if len(key) > LONGEST_KEY:
        message = f"The idempotency key may have at most {LONGEST_KEY} characters; this has {len(key):,}."
        figures = (("maximum", str(LONGEST_KEY)), ("length", str(len(key))))
        return [Problem(path, ErrorCode.TOO_LONG, message, figures)]
    return []


def reused() -> Problem:
    """The problem of a key that already stands for another entry."""
    message = "This idempotency key was used for another entry."
    return Problem(("idempotency_key",), ErrorCode.IDEMPOTENCY_KEY_REUSED, message)


def digest(content: object) -> str:
    """Return the SHA-256 of an entry's content, which must be plain JSON: two entries that say the same share it."""
    return sha256(json.dumps(content).encode()).hexdigest()
