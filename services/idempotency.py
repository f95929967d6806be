"""Idempotency keys: a request that is repeated with the same key returns what the first request created.

The table of the created rows has the columns ``idempotency_key`` and ``idempotency_digest``, so each table has keys of
its own. As digests are stored, the content they are computed from must not change between versions. May import from
``kernel`` only.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from uuid import UUID

from models.database import fetch
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.locks import lock_until_commit
from services.kernel.text import clean_text

MAX_KEY_LENGTH = 200


class KeyTable(Enum):
    """The tables whose rows are created with idempotency keys, and the columns that say whose keys they are."""

    TRACKER = "tracker WHERE created_by_id"
    COMMENT = "comment WHERE author_id"
    EVENT = "tracker_event WHERE actor_id"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """The id of a row that was created with an idempotency key, and the digest of its content."""

    id: UUID
    digest: str


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


def id_of_repeated(stored: StoredKey | None, key: IdempotencyKey) -> UUID | None:
    """Return the id of the row that an equal request created with this key, or None if there is no row with it.

    Raises ValidationFailed with IDEMPOTENCY_KEY_REUSED if the row was created from different content.
    """
    if stored is None:
        return None
    if stored.digest != key.digest:
        errors = ErrorCollector(("idempotency_key",))
        errors.add(ErrorCode.IDEMPOTENCY_KEY_REUSED, "This idempotency key was used for another entry.")
        errors.raise_if_any()
    return stored.id


async def find_by_key(table: KeyTable, member_id: UUID, key: IdempotencyKey) -> UUID | None:
    """Return the id of the member's row that was created with this key, or None, as ``id_of_repeated`` does."""
    statement = f"SELECT id, idempotency_digest FROM {table.value} = $1 AND idempotency_key = $2"
    rows = await fetch(statement, member_id, key.value)
    return id_of_repeated(StoredKey(*rows[0].values()) if rows else None, key)


async def lock_key(key: IdempotencyKey, *, scope: str) -> None:
    """Lock a key within a scope until the caller's transaction ends.

    Of several concurrent requests with the same key, the first one continues. The others wait here, and must then call
    ``find_by_key`` again.
    """
    await lock_until_commit(f"{scope}:{key.value}")
