"""Back-channel logout: a provider's server tells this one that somebody has signed out there (OpenID Connect 1.0)."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from models import SignOnProvider
from models.database import fetch, transaction
from services.installation import Installation
from services.sign_on.openid.errors import InvalidToken
from services.sign_on.provider_sessions import end_provider_sessions

MAX_LOGOUT_TOKEN = 8_192


async def end_sessions_by_logout(installation: Installation, logout_token: str) -> None:
    """End the sessions that a provider's logout token names: one at the provider, or all of a person.

    Raises InvalidToken, or ProviderUnavailable if the provider's keys cannot be had.
    """
    # Imported with the first token that names a provider, because they take 11 MB.
    providers = await _providers_of(logout_token)
    from services.sign_on.openid.discovery import fetch_metadata
    from services.sign_on.openid.tokens import read_logout_token

    issuer, client_id = providers[0].issuer, providers[0].client_id
    metadata = await fetch_metadata(issuer, installation.sign_on_networks)
    claims = await read_logout_token(logout_token, metadata, installation.sign_on_networks, client_id=client_id)
    async with transaction():
        await _use(issuer, claims["jti"])
        for provider in providers:
            await _end_sessions(provider, claims)


async def _providers_of(logout_token: str) -> list[SignOnProvider]:
    """Return the providers that a token claims to be for: organisations may share one. Nothing is believed yet."""
    if len(logout_token) > MAX_LOGOUT_TOKEN or logout_token.count(".") != 2:
        raise InvalidToken("it is not a signed token")
    try:
        payload = logout_token.split(".")[1]
        claims = orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        issuer, audience = claims["iss"], claims["aud"]
    except (ValueError, TypeError, KeyError):
        raise InvalidToken("its claims cannot be read") from None
    clients = audience if isinstance(audience, list) else [audience]
    if not all(isinstance(text, str) and text.isprintable() for text in (issuer, *clients)):
        raise InvalidToken("its claims cannot be read")
    providers = await SignOnProvider.filter(issuer=issuer, client_id__in=clients).order_by("client_id", "id")
    if not providers:
        raise InvalidToken("it is for another client, or of another issuer")
    return [provider for provider in providers if provider.client_id == providers[0].client_id]


async def _use(issuer: str, token_id: str) -> None:
    digest = sha256(f"{issuer}\n{token_id}".encode()).hexdigest()
    insert = (
        "INSERT INTO sign_on_logout (digest, created_at) VALUES ($1, now()) ON CONFLICT DO NOTHING RETURNING digest"
    )
    if not await fetch(insert, digest):
        raise InvalidToken("it has been used already")


async def _end_sessions(provider: SignOnProvider, claims: Mapping[str, Any]) -> None:
    conditions, values = ["o.provider_id = $1"], [provider.id]
    for column, claim in (("provider_session", "sid"), ("subject", "sub")):
        if claims.get(claim) is not None:
            values.append(claims[claim])
            conditions.append(f"o.{column} = ${len(values)}")
    await end_provider_sessions(provider.organisation_id, " AND ".join(conditions), *values, reason="logout")
