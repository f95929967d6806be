"""Ending sessions: all of a member, or the one of a refresh token."""

from uuid import UUID

from models.database import fetch
from services.accounts.sessions.devices import forget_devices
from services.kernel.channels import SESSIONS, wake, wake_all
from services.kernel.tokens import token_digest


class SessionEnded(Exception):  # noqa: N818 - how a subscription ends, not a failure
    """Raised when the session of a subscription has ended; its message is the reason for closing the connection."""


async def end_sessions(member_id: UUID) -> None:
    """End every session of a member, with its connections and subscriptions, in the caller's transaction.

    Their devices are forgotten too: they may be somebody else's, who knew the password, and each known one has a count of
    failures of its own.
    """
    await forget_devices(member_id)
    await fetch("UPDATE session SET ended_at = now() WHERE member_id = $1 AND ended_at IS NULL", member_id)
    wake(SESSIONS, member_id)


async def sign_out(*, refresh_token: str) -> bool:
    """End the session of a refresh token; return whether the token is known."""
    sessions = await fetch(
        "UPDATE session SET ended_at = coalesce(ended_at, now()) "
        "WHERE id = (SELECT session_id FROM refresh_token WHERE digest = $1) RETURNING member_id",
        token_digest(refresh_token),
    )
    wake_all(SESSIONS, [session["member_id"] for session in sessions])
    return bool(sessions)
