"""What is kept of the provider for a session that was opened by single sign-on, and how long such a session lives.

Where the provider gives a refresh token, it is asked at each refresh whether the person may still sign in. Where it gives
none, the session ends after eight hours, and the person signs on again, which asks the provider too.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from models import AuditKind, SignOnProvider
from models.base import new_id
from models.database import fetch
from services.accounts.sessions.opening import IssuedTokens
from services.audit import audit_for
from services.encryption import SIGN_ON_REFRESH_TOKEN
from services.installation import Installation
from services.kernel.channels import SESSIONS, wake_all
from services.kernel.sql import NamedParameterStatement
from services.sign_on.claims import ProvenClaims

UNCONFIRMED_HOURS: Final = 8
"""How long a session lives whose provider cannot be asked about it."""

_INSERT = NamedParameterStatement("""
INSERT INTO sign_on_session (id, session_id, provider_id, subject, provider_session, refresh_token, confirmed_at)
VALUES (:id, :session_id, :provider_id, :subject, :provider_session, :refresh_token, now())
""")
_LIMIT = f"""
UPDATE session s SET expires_at = least(s.expires_at, s.created_at + interval '{UNCONFIRMED_HOURS} hours')
FROM sign_on_session o WHERE o.session_id = s.id AND s.id = $1 AND o.refresh_token IS NULL RETURNING s.expires_at
"""


async def keep_session(
    installation: Installation, provider: SignOnProvider, proven: ProvenClaims, tokens: IssuedTokens
) -> IssuedTokens:
    """Keep what the provider knows of a new session, in the caller's transaction; return the tokens with their expiry."""
    row_id = new_id()
    refresh_token = proven.refresh_token
    await _INSERT.fetch(
        id=row_id,
        session_id=tokens.viewer.session_id,
        provider_id=provider.id,
        subject=proven.claims["sub"],
        provider_session=proven.claims.get("sid"),
        refresh_token=None
        if refresh_token is None
        else SIGN_ON_REFRESH_TOKEN.encrypt(installation, row_id, refresh_token.encode()),
    )
    return await limit_life(tokens)


async def limit_life(tokens: IssuedTokens) -> IssuedTokens:
    """Let a session end eight hours after it was opened, if its provider cannot be asked about it."""
    records = await fetch(_LIMIT, tokens.viewer.session_id)
    return replace(tokens, refresh_token_expires_at=records[0]["expires_at"]) if records else tokens


async def end_provider_sessions(
    organisation_id: UUID, condition: str, *values: object, reason: str
) -> Collection[UUID]:
    """End the sessions whose row in ``sign_on_session``, ``o``, meets a condition; return the ids of their members.

    It is audited, in the caller's transaction.
    """
    ended = await fetch(
        "UPDATE session s SET ended_at = now() FROM sign_on_session o "
        f"WHERE o.session_id = s.id AND s.ended_at IS NULL AND {condition} RETURNING s.id, s.member_id",
        *values,
    )
    members: dict[UUID, list[str]] = {}
    for session in ended:
        members.setdefault(session["member_id"], []).append(str(session["id"]))
    for member_id, session_ids in members.items():
        details: dict[str, Any] = {"sessions": session_ids, "by": "single sign-on", "reason": reason}
        await audit_for(organisation_id, None, AuditKind.SESSIONS_ENDED, member_id, details)
    wake_all(SESSIONS, members.keys())
    return members.keys()
