"""What a provider proves about a person: its answer, exchanged for tokens, and the claims in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models import SignOnProvider
from services.installation import Installation
from services.sign_on.attempts import Attempt, AttemptSecrets
from services.sign_on.providers import make_client


@dataclass(frozen=True, slots=True)
class ProvenClaims:
    """The claims about the person, and the refresh token with which the provider is asked again, if there is one."""

    claims: Mapping[str, Any]
    refresh_token: str | None = field(repr=False)


async def prove_claims(installation: Installation, provider: SignOnProvider, attempt: Attempt) -> ProvenClaims:
    """Exchange the answer that an attempt has brought. Raises ProviderUnavailable, ProviderRefused or InvalidToken."""
    # Imported when the first sign-on is completed, because they take 11 MB.
    from services.sign_on.openid.discovery import fetch_metadata
    from services.sign_on.openid.errors import InvalidToken, ProviderRefused
    from services.sign_on.openid.exchange import exchange_code, fetch_claims
    from services.sign_on.openid.tokens import read_id_token

    answer, networks = attempt.answer, installation.sign_on_networks
    metadata = await fetch_metadata(provider.issuer, networks)
    # An answer of another provider must not reach this one's endpoint (the mix-up attack, RFC 9207).
    if answer.issuer != provider.issuer and (answer.issuer is not None or metadata.names_issuer):
        raise InvalidToken("the answer is that of another issuer")
    if answer.code is None:
        raise ProviderRefused(answer.error or "no code")
    client, secrets = make_client(installation, provider), AttemptSecrets(installation, attempt.id)
    tokens = await exchange_code(metadata, client, code=answer.code, verifier=secrets.verifier)
    if tokens.id_token is None:
        raise InvalidToken("there is none")
    claims = await read_id_token(
        tokens.id_token,
        metadata,
        networks,
        client_id=provider.client_id,
        nonce=secrets.nonce,
        access_token=tokens.access_token,
    )
    if _lacks_claims(provider, claims):
        more = await fetch_claims(metadata, client, access_token=tokens.access_token, subject=claims["sub"])
        claims = {**more, **claims}
    return ProvenClaims(claims, tokens.refresh_token)


def _lacks_claims(provider: SignOnProvider, claims: Mapping[str, Any]) -> bool:
    """Return whether the ID token leaves out what decides; many providers put only ``sub`` into it."""
    needed = ("email", provider.verified_claim, *((provider.role_claim,) if provider.role_claim else ()))
    return any(name not in claims for name in needed)
