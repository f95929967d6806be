"""Single-use tokens for choosing a password: created when the email is composed, and stored hashed."""

import secrets
from functools import cache
from typing import Final
from uuid import UUID

from models import MailKind, Member, Organisation
from models.base import new_id
from models.database import fetch, transaction
from models.rows import columns, row
from services.kernel.tokens import token_digest

LIFETIME_HOURS: Final = {MailKind.INVITATION: 7 * 24, MailKind.PASSWORD_RESET: 1}
"""How long a token remains valid after its email has been composed."""

_IS_VALID = "digest = $1 AND used_at IS NULL AND expires_at > now()"


@cache
def _select_owner() -> str:
    return f"""
    SELECT {columns(Member, "m")}, {columns(Organisation, "o")}
    FROM password_token JOIN member m ON m.id = member_id AND m.active JOIN organisation o ON o.id = m.organisation_id
    WHERE {_IS_VALID}
    """


async def make_token(member_id: UUID, kind: MailKind, *, by_operator: bool = False) -> str | None:
    """Create a token for a member; return None if the member is inactive.

    Earlier ones stay valid, because anyone can request a reset: neither an invitation nor the link of another email may
    stop working for that. Choosing a password revokes them all.
    """
    token = secrets.token_urlsafe(32)
    async with transaction():
        if not await fetch("SELECT FROM member WHERE id = $1 AND active FOR NO KEY UPDATE", member_id):
            return None
        await fetch(
            "INSERT INTO password_token (id, member_id, digest, expires_at, by_operator) "
            "VALUES ($1, $2, $3, now() + make_interval(hours => $4), $5)",
            new_id(),
            member_id,
            token_digest(token),
            LIFETIME_HOURS[kind],
            by_operator,
        )
    return token


async def revoke_tokens(member_id: UUID) -> None:
    """Revoke all unused tokens of a member."""
    await fetch("DELETE FROM password_token WHERE member_id = $1 AND used_at IS NULL", member_id)


async def token_owner(token: str) -> tuple[Member, Organisation] | None:
    """Return the active member who may choose a password with a token, with their organisation; None if it is invalid."""
    records = await fetch(_select_owner(), token_digest(token))
    if not records:
        return None
    member, organisation = row(Member, "m", records[0]), row(Organisation, "o", records[0])
    assert member is not None
    assert organisation is not None
    return member, organisation


async def use_token(token: str) -> bool:
    """Mark a token as used in the caller's transaction; return whether it was valid until then."""
    mark_used = f"UPDATE password_token SET used_at = now() WHERE {_IS_VALID} RETURNING id"
    return bool(await fetch(mark_used, token_digest(token)))


async def is_by_operator(token: str) -> bool:
    """Return whether the operator, and not a mail, has handed out a token."""
    return bool(await fetch("SELECT FROM password_token WHERE digest = $1 AND by_operator", token_digest(token)))
