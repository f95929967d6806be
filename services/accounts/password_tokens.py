"""Tokens that let a member choose a password once: made when the mail is rendered, kept hashed."""

import secrets
from typing import Final
from uuid import UUID

from models import MailKind
from models.base import new_id
from models.database import fetch, transaction
from services.kernel.tokens import token_digest

HOURS: Final = {MailKind.INVITATION: 7 * 24, MailKind.PASSWORD_RESET: 1}
"""For so long a token holds, counted from when its mail is rendered."""

_USABLE = "digest = $1 AND used_at IS NULL AND expires_at > now()"


async def make_token(member_id: UUID, kind: MailKind) -> str | None:
    """A fresh token of a member; None if they are switched off. Their older ones stop working."""
    token = secrets.token_urlsafe(32)
    async with transaction():
        if not await fetch("SELECT FROM member WHERE id = $1 AND active FOR NO KEY UPDATE", member_id):
            return None
        await withdraw_tokens(member_id)
        await fetch(
            "INSERT INTO password_token (id, member_id, digest, expires_at) "
            "VALUES ($1, $2, $3, now() + make_interval(hours => $4))",
            new_id(),
            member_id,
            token_digest(token),
            HOURS[kind],
        )
    return token


async def withdraw_tokens(member_id: UUID) -> None:
    """Have none of a member's tokens work any more."""
    await fetch("DELETE FROM password_token WHERE member_id = $1 AND used_at IS NULL", member_id)


async def owner_of(token: str) -> UUID | None:
    """The active member to whom a token gives the right to choose a password."""
    found = await fetch(
        f"SELECT member.id FROM password_token JOIN member ON member.id = member_id AND active WHERE {_USABLE}",
        token_digest(token),
    )
    return found[0]["id"] if found else None


async def use_token(token: str) -> bool:
    """Use a token up, in the caller's transaction; of several at once only one does."""
    used = f"UPDATE password_token SET used_at = now() WHERE {_USABLE} RETURNING id"
    return bool(await fetch(used, token_digest(token)))
