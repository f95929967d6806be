"""Opening sessions and refreshing them: the tokens that a client gets.

Refresh tokens are single-use and stored hashed. A session that is refreshed lives for 30 days more, but no longer than 90
days from the sign-in.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import AuditKind, RefreshToken, SignInMethod
from models.base import new_id
from models.database import fetch, transaction
from services.accounts.sessions.access_tokens import ACCESS_TOKEN_SECONDS, AccessToken, issue_access_token
from services.accounts.sessions.authentication import viewer_of_session
from services.accounts.sessions.clients import Client
from services.accounts.sessions.devices import add_device, device_token, read_device_token, use_device
from services.audit import audit
from services.installation import Installation
from services.kernel.channels import SESSIONS, wake
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.sql import NamedParameterStatement
from services.kernel.tokens import token_digest
from services.mail_queue import enqueue_new_device
from services.viewer import Viewer

SESSION_DAYS = 30
"""How long a session lives after it was opened or refreshed last."""
MAX_SESSION_DAYS = 90
"""How long a session lives at most, however often it is refreshed."""
REUSE_GRACE_SECONDS = 30
"""How long a used refresh token is accepted again, as the response to its first use may have been lost."""

_SESSION_ENDED = "The session has ended. Sign in again."
_INSERT_SESSION = NamedParameterStatement("""
INSERT INTO session (
    id, member_id, created_at, authenticated_at, last_used_at, expires_at,
    method, second_factor, device_id, device_label, network
)
VALUES (
    :id, :member_id, now(), now(), now(), now() + make_interval(days => :days),
    :method, :second_factor, :device_id, :device_label, :network
)
""")
_FIND_SESSION = """
SELECT t.session_id, s.member_id, s.device_id, t.used_at IS NULL AS is_new,
    t.used_at < now() - make_interval(secs => $2) AS reused
FROM refresh_token t JOIN session s ON s.id = t.session_id JOIN member m ON m.id = s.member_id
WHERE t.digest = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND m.active
FOR NO KEY UPDATE OF t, s
"""
_RENEW_SESSION = NamedParameterStatement("""
UPDATE session SET last_used_at = now(), device_id = coalesce(device_id, :device_id),
    device_label = :device_label, network = :network,
    expires_at = least(now() + make_interval(days => :days), created_at + make_interval(days => :max_days))
WHERE id = :id
""")

_log = logging.getLogger("trackers.accounts")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How a member has proved who they are, and from where.

    ``device_token`` is what the client kept of an earlier session, if anything.
    """

    client: Client
    method: SignInMethod
    second_factor: bool = False
    device_token: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """A new pair of tokens for a session, the token of its device, and the session's viewer."""

    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    refresh_token_expires_at: datetime
    device_token: str
    viewer: Viewer


async def open_session(installation: Installation, member_id: UUID, sign_in: SignIn) -> IssuedTokens:
    """Open a session for an authenticated member, in the caller's transaction.

    It is audited and logged, and the member is mailed if the device is new. The link with which they have just chosen a
    password has proved that they read their mail, and that password is mailed about by itself.
    """
    session_id, device_id = new_id(), read_device_token(installation, sign_in.device_token)
    is_known = await use_device(member_id, device_id)
    if device_id is None or not is_known:
        device_id = await add_device(member_id)
    await _INSERT_SESSION.fetch(
        id=session_id,
        member_id=member_id,
        days=SESSION_DAYS,
        method=sign_in.method.value,
        second_factor=sign_in.second_factor,
        device_id=device_id,
        device_label=sign_in.client.device_label,
        network=sign_in.client.network,
    )
    if not is_known and sign_in.method != SignInMethod.PASSWORD_LINK:
        await enqueue_new_device(member_id, session_id)
    tokens = await _issue_tokens(installation, session_id)
    await _record_sign_in(installation, tokens.viewer, sign_in, is_known=is_known)
    return tokens


async def _record_sign_in(installation: Installation, viewer: Viewer, sign_in: SignIn, *, is_known: bool) -> None:
    details = {
        "method": sign_in.method.value,
        "second_factor": sign_in.second_factor,
        "device": sign_in.client.device_label,
        "known_device": is_known,
        "network": network_digest(installation, sign_in.client),
    }
    await audit(viewer, AuditKind.SIGNED_IN, viewer.member_id, details)
    _log.info(
        "member %s signed in: %s, %s device, network %s",
        viewer.member_id,
        sign_in.method.value,
        "known" if is_known else "new",
        details["network"],
    )


def network_digest(installation: Installation, client: Client) -> str:
    """Return what stands for a client's network in the log and the audit: the same for the same network."""
    return installation.keyed_digest("network", client.network)[:16]


async def refresh_session(installation: Installation, *, refresh_token: str, client: Client) -> IssuedTokens:
    """Exchange a refresh token for a new pair of tokens.

    A token may be used again within 30 seconds, because the first response may have been lost or two tabs may refresh
    at once. Later reuse suggests that the token was stolen, and ends the session. Of several tokens that one was exchanged
    for, the use of the first is that of all. Raises ValidationFailed with INVALID_CREDENTIALS.
    """
    async with transaction():
        session_id = await _use_refresh_token(refresh_token, client)
        if session_id is not None:
            return await _issue_tokens(installation, session_id)
    raise _session_ended()


async def _use_refresh_token(refresh_token: str, client: Client) -> UUID | None:
    """Use a refresh token and return the id of the session, which it has renewed; None if it is invalid.

    Late reuse ends the session.
    """
    tokens = await fetch(_FIND_SESSION, token_digest(refresh_token), float(REUSE_GRACE_SECONDS))
    if not tokens:
        return None
    (token,) = tokens
    session_id = UUID(str(token["session_id"]))
    if token["reused"]:
        await fetch("UPDATE session SET ended_at = now() WHERE id = $1", session_id)
        wake(SESSIONS, token["member_id"])
        return None
    if token["is_new"]:
        # Others that are unused were answers to the same token, to a thief perhaps: of them, one goes on.
        await fetch("UPDATE refresh_token SET used_at = now() WHERE session_id = $1 AND used_at IS NULL", session_id)
    await _RENEW_SESSION.fetch(
        id=session_id,
        # Sessions that were opened by an earlier version have no device.
        device_id=token["device_id"] or await add_device(token["member_id"]),
        device_label=client.device_label,
        network=client.network,
        days=SESSION_DAYS,
        max_days=MAX_SESSION_DAYS,
    )
    return session_id


async def _issue_tokens(installation: Installation, session_id: UUID) -> IssuedTokens:
    refresh_token = secrets.token_urlsafe(32)
    await RefreshToken.create(session_id=session_id, digest=token_digest(refresh_token))
    (session,) = await fetch(
        "SELECT floor(extract(epoch FROM now()))::float8 AS now, expires_at, device_id FROM session WHERE id = $1",
        session_id,
    )
    expires = session["now"] + ACCESS_TOKEN_SECONDS
    viewer = await viewer_of_session(session_id, expires=expires)
    if viewer is None:
        raise _session_ended()
    token = issue_access_token(installation, AccessToken(session_id, expires))
    device = device_token(installation, session["device_id"])
    return IssuedTokens(token, viewer.expires_at, refresh_token, session["expires_at"], device, viewer)


def _session_ended() -> ValidationFailed:
    return ValidationFailed([Problem((), ErrorCode.INVALID_CREDENTIALS, _SESSION_ENDED)])
