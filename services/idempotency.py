"""Idempotency keys: an entry sent again is answered with what the first one made."""

import json
from decimal import Decimal
from hashlib import sha256
from typing import Any

from services.forms.kinds import SubmittedValue
from services.forms.kinds.numbers import plain_text
from services.kernel.errors import ErrorCode, Problem
from services.kernel.text import clean_text
from services.trackers.create_input import TrackerEntry

LONGEST_KEY = 200


def key_problems(key: str | None) -> list[Problem]:
    """A key has 1 to 200 characters, as it was sent: it is kept and compared so."""
    path = ("idempotencyKey",)
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
    return Problem(("idempotencyKey",), ErrorCode.IDEMPOTENCY_KEY_REUSED, message)


def digest(entry: TrackerEntry) -> str:
    """What two entries share if they say the same: order, spelling of numbers and surrounding blanks do not count."""
    canonical = {
        "type": entry.type,
        "typeVersion": entry.type_version,
        "learner": str(entry.learner.id) if entry.learner else None,
        "assignee": str(entry.assignee.id) if entry.assignee else None,
        "status": entry.status,
        "description": clean_text(entry.description or ""),
        "dueDate": entry.due_date.isoformat() if entry.due_date else None,
        "values": sorted([_canonical(value) for value in entry.values], key=lambda pair: pair[0]),
    }
    return sha256(json.dumps(canonical).encode()).hexdigest()


def _canonical(submitted: SubmittedValue) -> list[Any]:
    value = submitted.value
    if isinstance(value, str):
        value = clean_text(value) or None
    elif isinstance(value, Decimal):
        value = plain_text(value)
    elif isinstance(value, bool | int):
        pass
    elif isinstance(value, list | tuple):
        value = sorted({str(part) for part in value}) or None
    elif value is not None:
        value = str(value)
    return [submitted.key, submitted.slot if value is not None else None, value]
