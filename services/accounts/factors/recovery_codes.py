"""Recovery codes, which stand in for a lost second factor: ten at a time, each for a single use, stored hashed."""

import re
import secrets
from uuid import UUID

from models.base import new_id
from models.database import fetch
from services.kernel.tokens import token_digest

CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without characters that are easily confused
_GROUPS, _GROUP_LENGTH = 4, 4
"""16 characters hold 79 bits, so that a stolen hash cannot be reversed by trying."""
_SEPARATORS = re.compile(r"[\s-]+")


async def replace_recovery_codes(member_id: UUID) -> list[str]:
    """Make ten new codes for a member in the caller's transaction, and return them; the earlier ones become void."""
    codes = [_new_code() for _ in range(CODES)]
    await delete_recovery_codes(member_id)
    await fetch(
        "INSERT INTO recovery_code (id, member_id, digest) SELECT new.id, $3, new.digest "
        "FROM unnest($1::uuid[], $2::text[]) AS new(id, digest)",
        [new_id() for _ in codes],
        [_digest(code) for code in codes],
        member_id,
    )
    return codes


async def delete_recovery_codes(member_id: UUID) -> None:
    """Make all of a member's codes void, in the caller's transaction."""
    await fetch("DELETE FROM recovery_code WHERE member_id = $1", member_id)


async def use_recovery_code(member_id: UUID, code: str) -> bool:
    """Use up one of a member's codes in the caller's transaction; return False if it is unknown or used."""
    statement = (
        "UPDATE recovery_code SET used_at = now() WHERE member_id = $1 AND digest = $2 AND used_at IS NULL RETURNING id"
    )
    return bool(await fetch(statement, member_id, _digest(code)))


async def count_recovery_codes(member_id: UUID) -> int:
    """Return how many of a member's codes can still be used."""
    statement = "SELECT count(*)::int AS codes FROM recovery_code WHERE member_id = $1 AND used_at IS NULL"
    return int((await fetch(statement, member_id))[0]["codes"])


def _new_code() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _digest(code: str) -> str:
    """Return the digest of a code, in any case, with or without its separators."""
    return token_digest(_SEPARATORS.sub("", code).lower())
