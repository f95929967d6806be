"""Access tokens: signed by the installation, valid for ten minutes, and naming a session."""

from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from models.optional_packages import left_out
from services.installation import Installation

# 12 MB for the algorithms of public keys. The project does not depend on it, but other packages may bring it.
with left_out("cryptography"):
    import jwt

ACCESS_TOKEN_SECONDS = 600
REMEMBERED_TOKENS = 4_096
"""The number of valid tokens whose signature is not checked again."""
_ALGORITHM = "HS256"


class AccessToken(NamedTuple):
    """The claims of a token with a valid signature. The token itself may have expired, and the session have ended."""

    session_id: UUID
    expires: float
    """In seconds since the epoch."""


def issue_access_token(installation: Installation, token: AccessToken) -> str:
    """Return the signed token."""
    claims = {"sid": str(token.session_id), "exp": int(token.expires)}
    return jwt.encode(claims, installation.secret, algorithm=_ALGORITHM)


def read_access_token(installation: Installation, authorization: str | None) -> AccessToken | None:
    """Return the claims in an ``Authorization: Bearer …`` header; None if it has no token with a valid signature."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        return _verify(token.strip(), installation.secrets)
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        return None


@lru_cache(maxsize=REMEMBERED_TOKENS)
def _verify(token: str, secrets: tuple[bytes, ...]) -> AccessToken:
    """Check that one of the secrets signed a token, and return its claims.

    Nothing is remembered of a token that raises an error.
    """
    for secret in secrets[:-1]:
        with suppress(jwt.InvalidSignatureError):
            return _decode(token, secret)
    return _decode(token, secrets[-1])


def _decode(token: str, secret: bytes) -> AccessToken:
    claims = jwt.decode(token, secret, [_ALGORITHM], options={"verify_exp": False, "require": ["sid", "exp"]})
    return AccessToken(UUID(claims["sid"]), float(claims["exp"]))
