"""Completing a sign-on: believing what the provider proves, and opening the session of the member that it names."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from models import AuditKind, SignInMethod, SignOnProvider
from models.database import fetch, transaction
from services.accounts.sessions.clients import Client
from services.accounts.sessions.opening import IssuedTokens, SignIn, network_digest, open_session
from services.audit import audit_for
from services.installation import Installation
from services.kernel.errors import Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.sign_on.attempts import Attempt, claim_attempt
from services.sign_on.claims import ProvenClaims, prove_claims
from services.sign_on.identities import Identity, IdentityRefused, read_identity
from services.sign_on.log import log_failure
from services.sign_on.matching import match_member
from services.sign_on.problems import CANCELLED, EXPIRED, INVALID_ANSWER, UNAVAILABLE
from services.sign_on.provider_sessions import keep_session
from services.sign_on.providers import domains_of


async def complete_sign_on(
    installation: Installation, *, token: str, secret: str, client: Client, device_token: str | None
) -> IssuedTokens:
    """Complete the sign-on of a token, and return the tokens of the new session.

    It can be tried once, whatever comes of it. Raises ValidationFailed with INVALID_CREDENTIALS, FORBIDDEN if the person
    may not sign in here, or PROVIDER_UNAVAILABLE.
    """
    attempt = await claim_attempt(installation, token=token, secret=secret)
    provider = await SignOnProvider.get_or_none(id=attempt.provider_id) if attempt is not None else None
    if attempt is None or provider is None:
        raise ValidationFailed([EXPIRED])
    proven = await _prove(installation, provider, attempt, client)
    # Whether a second factor is asked for is the provider's to decide, so a demand of the organisation counts as met.
    sign_in = SignIn(client=client, method=SignInMethod.SIGN_ON, second_factor=True, device_token=device_token)
    try:
        identity = read_identity(provider, await domains_of(provider.id), proven.claims)
        return await unit_of_work(lambda: _open(installation, provider, attempt, identity, proven, sign_in))
    except IdentityRefused as error:
        raise await _refusal(installation, provider, client, str(error), error.problem) from None


async def _prove(
    installation: Installation, provider: SignOnProvider, attempt: Attempt, client: Client
) -> ProvenClaims:
    from services.sign_on.openid.errors import InvalidToken, ProviderRefused, ProviderUnavailable

    try:
        return await prove_claims(installation, provider, attempt)
    except ProviderUnavailable as error:
        raise await _refusal(installation, provider, client, str(error), UNAVAILABLE) from None
    except ProviderRefused as error:
        raise await _refusal(installation, provider, client, str(error), CANCELLED) from None
    except InvalidToken as error:
        raise await _refusal(installation, provider, client, f"token: {error}", INVALID_ANSWER) from None


async def _refusal(
    installation: Installation, provider: SignOnProvider, client: Client, reason: str, problem: Problem
) -> ValidationFailed:
    """Log and audit why somebody was not signed in, and return the error that tells them."""
    log_failure(provider, reason)
    details = {
        "method": SignInMethod.SIGN_ON.value,
        "reason": reason,
        "device": client.device_label,
        "network": network_digest(installation, client),
    }
    await audit_for(provider.organisation_id, None, AuditKind.SIGN_IN_FAILED, None, details)
    return ValidationFailed([problem])


async def _open(
    installation: Installation,
    provider: SignOnProvider,
    attempt: Attempt,
    identity: Identity,
    proven: ProvenClaims,
    sign_in: SignIn,
) -> IssuedTokens:
    async with transaction():
        # The operator may have removed it or changed it meanwhile.
        if not await fetch("SELECT FROM sign_on_provider WHERE id = $1 FOR SHARE", provider.id):
            raise ValidationFailed([EXPIRED])
        member = await match_member(provider, identity)
        tokens = await open_session(installation, member.id, sign_in)
        await _set_authentication_time(tokens.viewer.session_id, authentication_time(attempt, proven.claims))
        return await keep_session(installation, provider, proven, tokens)


def authentication_time(attempt: Attempt, claims: Mapping[str, Any]) -> float:
    """Return when the person proved to the provider who they are, in seconds since the epoch.

    A provider that does not say is believed if it was asked to have them prove it anew. Otherwise it may have known them
    since this morning, and they are asked to sign in again before they change members or settings.
    """
    time = claims.get("auth_time")
    if isinstance(time, int | float) and not isinstance(time, bool):
        # Neither later than now, nor earlier than the database's calendar begins.
        return max(0.0, float(time)) if time < attempt.began_at else attempt.began_at
    return attempt.began_at if attempt.reauthenticate else 0.0


async def _set_authentication_time(session_id: UUID, seconds: float) -> None:
    await fetch("UPDATE session SET authenticated_at = to_timestamp($2) WHERE id = $1", session_id, seconds)
