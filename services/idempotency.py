"""Idempotency keys: a request that is repeated with the same key returns what the first request created.

The table of the created rows has the columns ``idempotency_key`` and ``idempotency_digest``, so each table has keys of
its own. As digests are stored, the content they are computed from must not change between versions. May import from
``kernel`` only.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.locks import lock_until_commit
from services.kernel.text import clean_text

MAX_KEY_LENGTH = 200

MODEL = TypeVar("MODEL", bound=Model)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's idempotency key, with the SHA-256 digest of the request's content in hexadecimal."""

    value: str
    digest: str


def check_key(errors: ErrorCollector, value: str | None, content: Callable[[], object]) -> IdempotencyKey | None:
    """Return the idempotency key of a request, or None if it is missing or invalid.

    A key has 1 to 200 characters and is compared exactly as sent. Adds TOO_SHORT, INVALID_FORMAT or TOO_LONG for an
    invalid key. ``content`` returns JSON-serialisable data that is equal for equal requests.
    """
    if value is None:
        return None
    if not value.strip():
        errors.add(ErrorCode.TOO_SHORT, "The idempotency key must not be empty.", minimum=1, length=0)
    elif clean_text(value) is None:
        errors.add(ErrorCode.INVALID_FORMAT, "The idempotency key contains an invalid character.")
    elif len(value) > MAX_KEY_LENGTH:
        message = f"The idempotency key must have at most {MAX_KEY_LENGTH} characters; this has {len(value):,}."
        errors.add(ErrorCode.TOO_LONG, message, maximum=MAX_KEY_LENGTH, length=len(value))
    else:
        return IdempotencyKey(value, sha256(json.dumps(content()).encode()).hexdigest())
    return None


async def find_by_key(rows: QuerySet[MODEL], key: IdempotencyKey) -> MODEL | None:
    """Return the row that was created with this key, or None if there is none.

    ``rows`` selects the member's own rows. Raises ValidationFailed with IDEMPOTENCY_KEY_REUSED if the row was created
    from different content.
    """
    row: Any = await rows.get_or_none(idempotency_key=key.value)
    if row is not None and row.idempotency_digest != key.digest:
        errors = ErrorCollector(("idempotency_key",))
        errors.add(ErrorCode.IDEMPOTENCY_KEY_REUSED, "This idempotency key was used for another entry.")
        errors.raise_if_any()
    stored: MODEL | None = row
    return stored


async def lock_key(key: IdempotencyKey, *, scope: str) -> None:
    """Lock a key within a scope until the caller's transaction ends.

    Of several concurrent requests with the same key, the first one continues. The others wait here, and must then call
    ``find_by_key`` again.
    """
    await lock_until_commit(f"{scope}:{key.value}")
