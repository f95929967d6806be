"""The check of the tokens that a provider signs: ID tokens, and logout tokens of its back channel.

Signatures are checked with the provider's published keys and four algorithms; ``none`` and those of shared secrets are not
among them, whatever the token's header says.
"""

import time
import warnings
from collections.abc import Collection, Mapping
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, SecurityWarning

from services.outgoing.addresses import Network
from services.sign_on.openid.discovery import KEYS_SECONDS, Metadata, fetch_keys
from services.sign_on.openid.errors import InvalidToken

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
LEEWAY_SECONDS: Final = 60
"""How far the clocks of the provider and this server may differ."""
MAX_AGE_SECONDS: Final = 600
"""How long after it was issued an ID token or a logout token is taken."""
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_MAX_TOKEN: Final = 32_768
_MAX_SUBJECT: Final = 255


async def read_id_token(
    token: str, metadata: Metadata, networks: Collection[Network], *, client_id: str, nonce: str, access_token: str
) -> Mapping[str, Any]:
    """Return the claims of a valid ID token. Raises InvalidToken or ProviderUnavailable."""
    decoded = await _decode(token, metadata, networks)
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={"iss": {"essential": True, "value": metadata.issuer}, "aud": {"essential": True, "value": client_id}},
        params={"nonce": nonce, "client_id": client_id, "access_token": access_token},
    )
    try:
        claims.validate(leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError) as error:
        raise InvalidToken(str(error)) from None
    _check_age(claims)
    _check_text(claims, "sub", required=True)
    _check_text(claims, "sid")
    return dict(claims)


async def read_logout_token(
    token: str, metadata: Metadata, networks: Collection[Network], *, client_id: str
) -> Mapping[str, Any]:
    """Return the claims of a valid logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6).

    Raises InvalidToken or ProviderUnavailable. Whether it was used before is for the caller to see.
    """
    decoded = await _decode(token, metadata, networks)
    claims, audience = decoded.claims, decoded.claims.get("aud")
    if decoded.header.get("typ", "JWT").lower().removeprefix("application/") not in ("logout+jwt", "jwt"):
        raise InvalidToken("it is a token of another type")
    if claims.get("iss") != metadata.issuer:
        raise InvalidToken("invalid_claim: iss")
    if client_id not in (audience if isinstance(audience, list) else [audience]):
        raise InvalidToken("invalid_claim: aud")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict) or "nonce" in claims:
        raise InvalidToken("it is not a logout token")
    _check_age(claims)
    _check_text(claims, "jti", required=True)
    _check_text(claims, "sub")
    _check_text(claims, "sid")
    if not (claims.get("sub") or claims.get("sid")):
        raise InvalidToken("it names neither a subject nor a session")
    return claims


async def _decode(token: str, metadata: Metadata, networks: Collection[Network]) -> jwt.Token:
    """Check a token's signature. Keys are requested again where the token's own is not among those known."""
    try:
        return _decode_with(token, await fetch_keys(metadata, networks))
    except InvalidKeyIdError:
        keys = await fetch_keys(metadata, networks, seconds=KEYS_SECONDS)
    try:
        return _decode_with(token, keys)
    except InvalidKeyIdError:
        raise InvalidToken("it is signed with a key that the provider does not publish") from None


def _decode_with(token: str, keys: Any) -> jwt.Token:
    if len(token) > _MAX_TOKEN:
        raise InvalidToken("it is too long")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # of EdDSA's name, which RFC 9864 has split up
            return jwt.decode(token, keys, algorithms=list(ALGORITHMS))
    except InvalidKeyIdError:
        raise
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidToken(f"it cannot be verified ({type(error).__name__})") from None


def _check_age(claims: Mapping[str, Any]) -> None:
    now, issued, expires = time.time(), claims.get("iat"), claims.get("exp")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise InvalidToken("invalid_claim: iat")
    if not now - MAX_AGE_SECONDS <= issued <= now + LEEWAY_SECONDS:
        raise InvalidToken("it was issued too long ago, or in the future")
    if expires is not None and not (isinstance(expires, int | float) and expires > now - LEEWAY_SECONDS):
        raise InvalidToken("expired_token")


def _check_text(claims: Mapping[str, Any], name: str, *, required: bool = False) -> None:
    value = claims.get(name)
    if value is None and not required:
        return
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_SUBJECT or not value.isprintable():
        raise InvalidToken(f"invalid_claim: {name}")
