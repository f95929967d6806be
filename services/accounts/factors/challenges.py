"""Challenges that passkeys answer: signed rather than stored, so that asking for one costs no row.

A challenge is for one purpose and lives five minutes. It becomes a row when it has been answered, which keeps it from being
answered again.
"""

import hmac
import secrets
import time
from hashlib import sha256

from models.database import fetch
from services.installation import Installation
from services.kernel.tokens import token_digest

LIFETIME_SECONDS = 300
_NONCE_BYTES, _TIME_BYTES = 16, 8
_BODY_BYTES = _NONCE_BYTES + _TIME_BYTES

_USE = """
INSERT INTO used_challenge (digest, expires_at) SELECT $1, to_timestamp($2) WHERE to_timestamp($2) > now()
ON CONFLICT DO NOTHING RETURNING digest
"""


def issue_challenge(installation: Installation, purpose: str) -> bytes:
    """Return a new challenge for a purpose: a nonce, the time of its end, and a signature of both and the purpose."""
    expires = int(time.time()) + LIFETIME_SECONDS
    body = secrets.token_bytes(_NONCE_BYTES) + expires.to_bytes(_TIME_BYTES)
    return body + _sign(installation.secret, purpose, body)


def is_genuine(installation: Installation, purpose: str, challenge: bytes) -> bool:
    """Return whether a challenge was issued for a purpose; it may have expired, or been used."""
    body, signature = challenge[:_BODY_BYTES], challenge[_BODY_BYTES:]
    return any(hmac.compare_digest(_sign(secret, purpose, body), signature) for secret in installation.secrets)


async def use_challenge(challenge: bytes) -> bool:
    """Use up a genuine challenge in the caller's transaction; return False if it has expired or been used."""
    expires = int.from_bytes(challenge[_NONCE_BYTES:_BODY_BYTES])
    return bool(await fetch(_USE, token_digest(challenge.hex()), float(expires)))


def _sign(secret: bytes, purpose: str, body: bytes) -> bytes:
    # The first line keeps these signatures apart from all others made with the secret.
    return hmac.digest(secret, f"passkey challenge\n{purpose}\n".encode() + body, sha256)
