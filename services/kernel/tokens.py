"""Digests of secret tokens. Only these are stored, so that a copy of the database opens no session."""

from hashlib import sha256


def token_digest(token: str) -> str:
    """Return the SHA-256 of a token in hexadecimal. No salt is needed, as tokens are long and random."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
