"""Sessions: signing in, refreshing, signing out, and authenticating access tokens.

Access tokens are valid for ten minutes and name their session, which is read from the database for each request, so
that signing out, deactivation and changed roles take effect immediately. Refresh tokens are single-use and stored
hashed.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from models import Member, Organisation, RefreshToken
from models.base import new_id
from models.database import fetch, transaction
from models.rows import columns, row
from services.accounts.access_tokens import (
    ACCESS_TOKEN_SECONDS,
    AccessToken,
    issue_access_token,
    read_access_token,
)
from services.accounts.passwords import verify_password
from services.accounts.throttling import count_sign_in, uncount_sign_in
from services.installation import Installation
from services.kernel.channels import SESSIONS, wake, wake_all
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.text import clean_text, normalise_email
from services.kernel.tokens import token_digest
from services.viewer import Viewer

SESSION_DAYS = 30
REUSE_GRACE_SECONDS = 30
"""How long a used refresh token is accepted again, as the response to its first use may have been lost."""

_WRONG_CREDENTIALS = "The e-mail address or the password is wrong."
_SESSION_ENDED = "The session has ended. Sign in again."


@cache
def _select_viewer() -> str:
    return f"""
    SELECT {columns(Member, "m")}, {columns(Organisation, "o")}, to_timestamp($2) AS expires_at
    FROM session s JOIN member m ON m.id = s.member_id JOIN organisation o ON o.id = m.organisation_id
    WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND m.active AND to_timestamp($2) > now()
    """


class SessionEnded(Exception):  # noqa: N818 - how a subscription ends, not a failure
    """Raised when the session of a subscription has ended; its message is the reason for closing the connection."""


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """A new pair of tokens for a session, and the session's viewer."""

    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    viewer: Viewer


async def sign_in(installation: Installation, *, email: str, password: str, client: str) -> IssuedTokens:
    """Sign in a member, and return the tokens of the new session.

    Raises ValidationFailed with RATE_LIMITED, or with INVALID_CREDENTIALS, which does not distinguish between an
    unknown address, a wrong password and an inactive member.
    """
    email = normalise_email(email)
    await count_sign_in(email=email, client=client)
    member = await Member.get_or_none(email=email, active=True) if clean_text(email) is not None else None
    if not await verify_password(password, member.password_hash if member else None) or member is None:
        raise _invalid_credentials(_WRONG_CREDENTIALS)
    await uncount_sign_in(email=email, client=client)
    async with transaction():
        # The member may have been deactivated, or their password changed, since it was verified.
        lock_unchanged = "SELECT FROM member WHERE id = $1 AND active AND password_hash = $2 FOR SHARE"
        if not await fetch(lock_unchanged, member.id, member.password_hash):
            raise _invalid_credentials(_WRONG_CREDENTIALS)
        return await open_session(installation, member.id)


async def open_session(installation: Installation, member_id: UUID) -> IssuedTokens:
    """Open a session for an authenticated member, in the caller's transaction."""
    session_id = new_id()
    await fetch(
        "INSERT INTO session (id, member_id, created_at, expires_at) "
        "VALUES ($1, $2, now(), now() + make_interval(days => $3))",
        session_id,
        member_id,
        SESSION_DAYS,
    )
    return await _issue_tokens(installation, session_id)


async def end_sessions(member_id: UUID) -> None:
    """End every session of a member, and thereby its connections and subscriptions, in the caller's transaction."""
    await fetch("UPDATE session SET ended_at = now() WHERE member_id = $1 AND ended_at IS NULL", member_id)
    wake(SESSIONS, member_id)


async def refresh_session(installation: Installation, *, refresh_token: str) -> IssuedTokens:
    """Exchange a refresh token for a new pair of tokens.

    A token may be used again within 30 seconds, because the first response may have been lost or two tabs may refresh
    at once. Later reuse suggests that the token was stolen, and ends the session. Raises ValidationFailed with
    INVALID_CREDENTIALS.
    """
    async with transaction():
        session_id = await _use_refresh_token(refresh_token)
        if session_id is not None:
            await fetch(
                "UPDATE session SET expires_at = now() + make_interval(days => $2) WHERE id = $1",
                session_id,
                SESSION_DAYS,
            )
            return await _issue_tokens(installation, session_id)
    raise _invalid_credentials(_SESSION_ENDED)


async def sign_out(*, refresh_token: str) -> bool:
    """End the session of a refresh token; return whether the token is known."""
    sessions = await fetch(
        "UPDATE session SET ended_at = coalesce(ended_at, now()) "
        "WHERE id = (SELECT session_id FROM refresh_token WHERE digest = $1) RETURNING member_id",
        token_digest(refresh_token),
    )
    wake_all(SESSIONS, [session["member_id"] for session in sessions])
    return bool(sessions)


async def authenticate(installation: Installation, authorization: str | None) -> Viewer | None:
    """Return the viewer of an ``Authorization: Bearer …`` header; None if the token or its session is not valid."""
    token = read_access_token(installation, authorization)
    return None if token is None else await viewer_of_session(token.session_id, expires=token.expires)


async def viewer_of_session(session_id: UUID, *, expires: float) -> Viewer | None:
    """Return the viewer of a session, or None if the session has ended or the member is inactive.

    ``expires`` is the expiry time of the access token in seconds since the epoch; an expired token yields None too.
    """
    records = await fetch(_select_viewer(), session_id, expires)
    if not records:
        return None
    member, organisation = row(Member, "m", records[0]), row(Organisation, "o", records[0])
    assert member is not None
    assert organisation is not None
    return Viewer(member, organisation, session_id, records[0]["expires_at"])


async def _use_refresh_token(refresh_token: str) -> UUID | None:
    """Mark a refresh token as used and return its session's id; None if it is invalid. Late reuse ends the session."""
    tokens = await fetch(
        "SELECT t.id, t.session_id, s.member_id, t.used_at < now() - make_interval(secs => $2) AS reused "
        "FROM refresh_token t JOIN session s ON s.id = t.session_id JOIN member m ON m.id = s.member_id "
        "WHERE t.digest = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND m.active FOR NO KEY UPDATE OF t, s",
        token_digest(refresh_token),
        float(REUSE_GRACE_SECONDS),
    )
    if not tokens:
        return None
    (token,) = tokens
    if token["reused"]:
        await fetch("UPDATE session SET ended_at = now() WHERE id = $1", token["session_id"])
        wake(SESSIONS, token["member_id"])
        return None
    await fetch("UPDATE refresh_token SET used_at = coalesce(used_at, now()) WHERE id = $1", token["id"])
    return UUID(str(token["session_id"]))


async def _issue_tokens(installation: Installation, session_id: UUID) -> IssuedTokens:
    refresh_token = secrets.token_urlsafe(32)
    await RefreshToken.create(session_id=session_id, digest=token_digest(refresh_token))
    (now,) = await fetch("SELECT floor(extract(epoch FROM now()))::float8 AS seconds")
    expires = now["seconds"] + ACCESS_TOKEN_SECONDS
    viewer = await viewer_of_session(session_id, expires=expires)
    if viewer is None:
        raise _invalid_credentials(_SESSION_ENDED)
    token = issue_access_token(installation, AccessToken(session_id, expires))
    return IssuedTokens(token, viewer.expires_at, refresh_token, viewer)


def _invalid_credentials(message: str) -> ValidationFailed:
    return ValidationFailed([Problem((), ErrorCode.INVALID_CREDENTIALS, message)])
