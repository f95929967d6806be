"""Digests of secret tokens. Only digests are stored, so that a copy of the database does not open any session."""

from hashlib import sha256


def token_digest(token: str) -> str:
    """Return the SHA-256 digest of a token in hexadecimal. Tokens are long and random, so it needs no salt."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
