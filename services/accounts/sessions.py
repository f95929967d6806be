"""Sessions: signing in, renewing, signing out, and who a token belongs to.

Access tokens live ten minutes and name their session; the database is asked at each request, so that a
sign-out, a member switched off and changed roles hold at once. Refresh tokens are used once and stored hashed.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

import jwt

from models import Member, Organisation, RefreshToken
from models.base import new_id
from models.database import fetch, transaction
from models.rows import columns, row
from services.accounts.passwords import verify_password
from services.accounts.throttling import count_attempt, forget_attempt
from services.installation import Installation
from services.kernel.channels import SESSIONS, wake
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.text import clean_text, normalise_email
from services.kernel.tokens import token_digest
from services.viewer import Viewer

ACCESS_SECONDS = 600
SESSION_DAYS = 30
REPEAT_SECONDS = 30
"""For so long a refresh token that was used already is answered again: the answer may have been lost."""


_WRONG = "The e-mail address or the password is wrong."


@cache
def _who() -> str:
    return f"""
    SELECT {columns(Member, "m")}, {columns(Organisation, "o")}, to_timestamp($2) AS expires_at
    FROM session s JOIN member m ON m.id = s.member_id JOIN organisation o ON o.id = m.organisation_id
    WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND m.active AND to_timestamp($2) > now()
    """


class SessionEnded(Exception):  # noqa: N818 - how a subscription ends, not a failure
    """The session behind a subscription is over; the socket is closed with this as the reason."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session's fresh pair of tokens, and whose they are."""

    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    viewer: Viewer


async def sign_in(installation: Installation, *, email: str, password: str, client: str) -> SignedIn:
    """Sign a member in.

    Raises ValidationFailed with INVALID_CREDENTIALS, the same for an unknown address, a wrong password and a member
    switched off, or with RATE_LIMITED.
    """
    email = normalise_email(email)
    await count_attempt(email=email, client=client)
    member = await Member.get_or_none(email=email, active=True) if clean_text(email) is not None else None
    if not await verify_password(password, member.password_hash if member else None) or member is None:
        raise _invalid(_WRONG)
    await forget_attempt(email=email, client=client)
    async with transaction():
        # Whoever was switched off, or has another password, since the password was looked at, gets no session.
        held = "SELECT FROM member WHERE id = $1 AND active AND password_hash = $2 FOR SHARE"
        if not await fetch(held, member.id, member.password_hash):
            raise _invalid(_WRONG)
        return await open_session(installation, member.id)


async def open_session(installation: Installation, member_id: UUID) -> SignedIn:
    """A fresh session of a member who has proved who they are, in the caller's transaction."""
    session_id = new_id()
    await fetch(
        "INSERT INTO session (id, member_id, created_at, expires_at) "
        "VALUES ($1, $2, now(), now() + make_interval(days => $3))",
        session_id,
        member_id,
        SESSION_DAYS,
    )
    return await _hand_out(installation, session_id)


async def end_sessions(member_id: UUID) -> None:
    """End every session of a member, with what is open in them, in the caller's transaction."""
    await fetch("UPDATE session SET ended_at = now() WHERE member_id = $1 AND ended_at IS NULL", member_id)
    await wake(SESSIONS, member_id)


async def refresh_session(installation: Installation, *, refresh_token: str) -> SignedIn:
    """A fresh pair of tokens for a refresh token.

    One that comes again within 30 seconds is answered again (the first answer was lost, or two tabs asked);
    later re-use means that somebody else has it and ends the session, with what is open in it. Raises ValidationFailed with INVALID_CREDENTIALS.
    """
    async with transaction():
        session_id = await _renewable(refresh_token)
        if session_id is not None:
            await fetch(
                "UPDATE session SET expires_at = now() + make_interval(days => $2) WHERE id = $1",
                session_id,
                SESSION_DAYS,
            )
            return await _hand_out(installation, session_id)
    raise _invalid("The session has ended. Sign in again.")


async def sign_out(*, refresh_token: str) -> bool:
    """End the session of a refresh token, with what is open in it; whether there was one."""
    ended = await fetch(
        "WITH ended AS (UPDATE session SET ended_at = coalesce(ended_at, now()) "
        "WHERE id = (SELECT session_id FROM refresh_token WHERE digest = $1) RETURNING member_id) "
        "SELECT pg_notify($2, member_id::text) FROM ended",
        token_digest(refresh_token),
        SESSIONS,
    )
    return bool(ended)


async def viewer_of(installation: Installation, authorization: str | None) -> Viewer | None:
    """Whose an ``Authorization: Bearer …`` header is; None if nobody's, or of a session that is over."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        claims = jwt.decode(
            token.strip(),
            installation.secret,
            ["HS256"],
            options={"verify_exp": False, "require": ["sid", "exp"]},
        )
        session_id, expires = UUID(claims["sid"]), float(claims["exp"])
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        return None
    return await viewer_of_session(session_id, expires=expires)


async def viewer_of_session(session_id: UUID, *, expires: float) -> Viewer | None:
    """Whose a session is, by the database's clock; None once it, the token or the member's activity is over."""
    found = await fetch(_who(), session_id, expires)
    if not found:
        return None
    member, organisation = row(Member, "m", found[0]), row(Organisation, "o", found[0])
    assert member is not None
    assert organisation is not None
    return Viewer(member, organisation, session_id, found[0]["expires_at"])


async def still(viewer: Viewer) -> Viewer:
    """The viewer as they are now, asked in the middle of a subscription; raises SessionEnded if it is over."""
    now = await viewer_of_session(viewer.session_id, expires=viewer.expires_at.timestamp())
    if now is None:
        raise SessionEnded("The session has ended.")
    return now


async def _renewable(refresh_token: str) -> UUID | None:
    found = await fetch(
        "SELECT t.id, t.session_id, s.member_id, t.used_at < now() - make_interval(secs => $2) AS stolen "
        "FROM refresh_token t JOIN session s ON s.id = t.session_id JOIN member m ON m.id = s.member_id "
        "WHERE t.digest = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND m.active FOR NO KEY UPDATE OF t, s",
        token_digest(refresh_token),
        float(REPEAT_SECONDS),
    )
    if not found:
        return None
    if found[0]["stolen"]:
        await fetch("UPDATE session SET ended_at = now() WHERE id = $1", found[0]["session_id"])
        await wake(SESSIONS, found[0]["member_id"])
        return None
    await fetch("UPDATE refresh_token SET used_at = coalesce(used_at, now()) WHERE id = $1", found[0]["id"])
    return UUID(str(found[0]["session_id"]))


async def _hand_out(installation: Installation, session_id: UUID) -> SignedIn:
    refresh_token = secrets.token_urlsafe(32)
    await RefreshToken.create(session_id=session_id, digest=token_digest(refresh_token))
    now = await fetch("SELECT floor(extract(epoch FROM now()))::float8 AS seconds")
    expires = now[0]["seconds"] + ACCESS_SECONDS
    viewer = await viewer_of_session(session_id, expires=expires)
    if viewer is None:
        raise _invalid("The session has ended. Sign in again.")
    claims = {"sid": str(session_id), "exp": int(expires)}
    token = jwt.encode(claims, installation.secret, algorithm="HS256")
    return SignedIn(token, viewer.expires_at, refresh_token, viewer)


def _invalid(message: str) -> ValidationFailed:
    return ValidationFailed([Problem((), ErrorCode.INVALID_CREDENTIALS, message)])
