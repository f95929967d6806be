"""Idempotency keys: a request that is sent again with the same key is answered with what the first one made.

The table of what is made has the columns ``idempotency_key`` and ``idempotency_digest``. The digest is stored, so what goes
into it must stay the same from one version to the next. May use the kernel only.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from models.database import fetch
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.text import clean_text

MAX_KEY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's key, and the SHA-256 of the content that it was sent with, in hexadecimal."""

    value: str
    digest: str


def check_key(errors: ErrorCollector, value: str | None, content: Callable[[], object]) -> IdempotencyKey | None:
    """Return the key of a request; None if it has none, or if the key is invalid.

    A key has 1 to 200 characters and is compared as it was sent. Adds TOO_SHORT, INVALID_FORMAT or TOO_LONG otherwise.
    ``content`` returns plain JSON, the same for two requests that ask for the same.
    """
    if value is None:
        return None
    if not value.strip():
        errors.add(ErrorCode.TOO_SHORT, "The idempotency key may not be empty.", minimum=1, length=0)
    elif clean_text(value) is None:
        errors.add(ErrorCode.INVALID_FORMAT, "The idempotency key contains a character that is no text.")
    elif len(value) > MAX_KEY_LENGTH:
        message = f"The idempotency key may have at most {MAX_KEY_LENGTH} characters; this has {len(value):,}."
        errors.add(ErrorCode.TOO_LONG, message, maximum=MAX_KEY_LENGTH, length=len(value))
    else:
        return IdempotencyKey(value, sha256(json.dumps(content()).encode()).hexdigest())
    return None


async def find_first(rows: QuerySet[Any], key: IdempotencyKey) -> UUID | None:
    """Return the id of the one of ``rows``, a member's own, that was made with this key; None if there is none.

    Raises ValidationFailed with IDEMPOTENCY_KEY_REUSED if it was made from other content.
    """
    first = await rows.get_or_none(idempotency_key=key.value)
    if first is None:
        return None
    if first.idempotency_digest != key.digest:
        errors = ErrorCollector(("idempotency_key",))
        errors.add(ErrorCode.IDEMPOTENCY_KEY_REUSED, "This idempotency key was used for another entry.")
        errors.raise_if_any()
    found: UUID = first.id
    return found


async def lock_key(key: IdempotencyKey, *, scope: str) -> None:
    """Lock a key within a scope until the caller's transaction ends.

    Of several requests with one key the first goes on. The others wait here, and must then call ``find_first`` again.
    """
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{scope}:{key.value}")
