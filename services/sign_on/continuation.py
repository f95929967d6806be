"""Refreshing sessions: one that was opened by single sign-on goes on only while its provider says so.

The provider is asked at each refresh, with the refresh token that it gave. Refreshes of one session ask one after the other:
providers take a refresh token that is used twice at once for a stolen one. While the provider does not answer, the session
goes on for an hour after it was confirmed last.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from models import SignOnProvider
from models.database import fetch, transaction
from services.accounts.sessions import opening
from services.accounts.sessions.clients import Client
from services.accounts.sessions.opening import REUSE_GRACE_SECONDS, IssuedTokens
from services.encryption import SIGN_ON_REFRESH_TOKEN, DecryptionError
from services.installation import Installation
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.tokens import token_digest
from services.sign_on.log import log_failure
from services.sign_on.problems import UNAVAILABLE
from services.sign_on.provider_sessions import end_provider_sessions, limit_life
from services.sign_on.providers import make_client

GRACE_MINUTES: Final = 60
"""How long after the provider confirmed a session it goes on while the provider does not answer."""
CHECK_SECONDS: Final = 25
"""How long one refresh may keep the others of a session waiting: two requests of ten seconds, and a margin."""
_POLL_SECONDS: Final = 0.1
_ENDING: Final = frozenset(
    {"invalid_grant", "access_denied", "login_required", "interaction_required", "account_disabled"}
)
"""The errors with which a provider says that the person may no longer sign in. Others say that our settings are wrong."""

_ENDED: Final = Problem(
    (), ErrorCode.INVALID_CREDENTIALS, "Your organisation's sign-on service has ended the session. Sign in again."
)
_SELECT: Final = """
SELECT o.id, o.provider_id, now() AS asked_at
FROM refresh_token t JOIN session s ON s.id = t.session_id JOIN sign_on_session o ON o.session_id = s.id
WHERE t.digest = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND o.refresh_token IS NOT NULL
    AND (t.used_at IS NULL OR t.used_at > now() - make_interval(secs => $2))
"""
_CLAIM: Final = f"""
UPDATE sign_on_session SET checked_until = now() + interval '{CHECK_SECONDS} seconds'
WHERE id = $1 AND (checked_until IS NULL OR checked_until < now())
RETURNING refresh_token, confirmed_at, confirmed_at > now() - interval '{GRACE_MINUTES} minutes' AS is_recent
"""


@dataclass(frozen=True, slots=True)
class _Check:
    """A refresh's turn to ask the provider about a session; ``id`` is that of the row in ``sign_on_session``."""

    id: UUID
    refresh_token: bytes
    is_recent: bool


async def refresh_session(installation: Installation, *, refresh_token: str, client: Client) -> IssuedTokens:
    """Exchange a refresh token for a new pair of tokens, as ``accounts.sessions`` does, if the provider agrees.

    Raises ValidationFailed with INVALID_CREDENTIALS, or with PROVIDER_UNAVAILABLE, which does not end the session.
    """
    records = await fetch(_SELECT, token_digest(refresh_token), float(REUSE_GRACE_SECONDS))
    if records:
        await _confirm(installation, records[0])
    tokens = await opening.refresh_session(installation, refresh_token=refresh_token, client=client)
    return await limit_life(tokens)


async def _confirm(installation: Installation, session: Any) -> None:
    """Have the provider confirm a session, once for all who refresh it meanwhile."""
    check = await _wait_for_turn(session)
    if check is None:
        return
    provider = await SignOnProvider.get(id=session["provider_id"])
    try:
        await _ask(installation, provider, check)
    finally:
        await fetch("UPDATE sign_on_session SET checked_until = NULL WHERE id = $1", check.id)


async def _wait_for_turn(session: Any) -> _Check | None:
    """Return the turn to ask the provider; None if another refresh has asked since this one came."""
    while True:
        claimed = await fetch(_CLAIM, session["id"])
        if claimed:
            (row,) = claimed
            if row["confirmed_at"] < session["asked_at"]:
                return _Check(session["id"], bytes(row["refresh_token"]), row["is_recent"])
            await fetch("UPDATE sign_on_session SET checked_until = NULL WHERE id = $1", session["id"])
            return None
        await asyncio.sleep(_POLL_SECONDS)


async def _ask(installation: Installation, provider: SignOnProvider, check: _Check) -> None:
    # Imported when the first session is refreshed, because they take 11 MB.
    from services.sign_on.openid.discovery import fetch_metadata
    from services.sign_on.openid.errors import ProviderRefused, ProviderUnavailable
    from services.sign_on.openid.exchange import refresh

    try:
        token = SIGN_ON_REFRESH_TOKEN.decrypt(installation, check.id, check.refresh_token).decode()
        metadata = await fetch_metadata(provider.issuer, installation.sign_on_networks)
        tokens = await refresh(metadata, make_client(installation, provider), refresh_token=token)
    except DecryptionError:
        await _end(provider, check, "its refresh token cannot be decrypted")
    except ProviderRefused as error:
        if error.code in _ENDING:
            await _end(provider, check, str(error))
        _continue_for_a_while(provider, check, str(error))
    except ProviderUnavailable as error:
        _continue_for_a_while(provider, check, str(error))
    else:
        kept = SIGN_ON_REFRESH_TOKEN.encrypt(installation, check.id, (tokens.refresh_token or token).encode())
        await fetch("UPDATE sign_on_session SET confirmed_at = now(), refresh_token = $2 WHERE id = $1", check.id, kept)


async def _end(provider: SignOnProvider, check: _Check, reason: str) -> None:
    log_failure(provider, reason)
    async with transaction():
        await end_provider_sessions(provider.organisation_id, "o.id = $1", check.id, reason=reason)
    raise ValidationFailed([_ENDED])


def _continue_for_a_while(provider: SignOnProvider, check: _Check, reason: str) -> None:
    log_failure(provider, reason)
    if not check.is_recent:
        raise ValidationFailed([UNAVAILABLE])
