"""Secret tokens: what is stored of them, so that a copy of the database lets nobody in."""

from hashlib import sha256


def token_digest(token: str) -> str:
    """Return the SHA-256 of a token in hexadecimal; tokens are long and random, so no salt is needed."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
