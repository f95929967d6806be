"""Digests of secret tokens, so that a copy of the database does not open any session, and of addresses, with a key."""

import hmac
from hashlib import sha256


def token_digest(token: str) -> str:
    """Return the SHA-256 digest of a token in hexadecimal. Tokens are long and random, so it needs no salt."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def keyed_digest(secret: bytes, purpose: str, value: str) -> str:
    """Return 64 hexadecimal digits that stand for a value: the same for the same purpose, and not to be guessed.

    Addresses are few enough to compute the digests of all of them, so without the key a digest would name its address.
    """
    return hmac.digest(secret, f"{purpose}:{value}".encode("utf-8", "surrogatepass"), "sha256").hex()
