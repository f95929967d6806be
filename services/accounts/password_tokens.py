"""Single-use tokens for choosing a password: created when the email is composed, and stored hashed."""

import secrets
from typing import Final
from uuid import UUID

from models import MailKind
from models.base import new_id
from models.database import fetch, transaction
from services.kernel.tokens import token_digest

LIFETIME_HOURS: Final = {MailKind.INVITATION: 7 * 24, MailKind.PASSWORD_RESET: 1}
"""How long a token remains valid after its email has been composed."""

_IS_VALID = "digest = $1 AND used_at IS NULL AND expires_at > now()"


async def make_token(member_id: UUID, kind: MailKind) -> str | None:
    """Create a token for a member and revoke their earlier ones; return None if the member is inactive."""
    token = secrets.token_urlsafe(32)
    async with transaction():
        if not await fetch("SELECT FROM member WHERE id = $1 AND active FOR NO KEY UPDATE", member_id):
            return None
        await revoke_tokens(member_id)
        await fetch(
            "INSERT INTO password_token (id, member_id, digest, expires_at) "
            "VALUES ($1, $2, $3, now() + make_interval(hours => $4))",
            new_id(),
            member_id,
            token_digest(token),
            LIFETIME_HOURS[kind],
        )
    return token


async def revoke_tokens(member_id: UUID) -> None:
    """Revoke all unused tokens of a member."""
    await fetch("DELETE FROM password_token WHERE member_id = $1 AND used_at IS NULL", member_id)


async def token_owner(token: str) -> UUID | None:
    """Return the id of the active member who may choose a password with a token; None if it is invalid."""
    records = await fetch(
        f"SELECT member.id FROM password_token JOIN member ON member.id = member_id AND active WHERE {_IS_VALID}",
        token_digest(token),
    )
    return records[0]["id"] if records else None


async def use_token(token: str) -> bool:
    """Mark a token as used in the caller's transaction; return whether it was valid until then."""
    mark_used = f"UPDATE password_token SET used_at = now() WHERE {_IS_VALID} RETURNING id"
    return bool(await fetch(mark_used, token_digest(token)))
