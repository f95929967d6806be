"""Parsers for settings that are not addresses: switches, limits, tokens and secrets.

Each takes the text of an environment variable, and raises ValueError or LookupError if it does not have its format.
"""

import os

MAX_LIMIT = 1_000_000_000
"""The highest value that a limit can have, which is effectively no limit."""
MIN_SECRET_BYTES = 32
"""The size of a SHA-256 hash, the minimum for a key that signs tokens with HS256 (RFC 7518, section 3.2)."""


def parse_switch(text: str) -> bool:
    """Return True for ``1`` and False for ``0``."""
    return {"0": False, "1": True}[text]


def parse_limit(text: str) -> int:
    """Return a whole number from 1 to ``MAX_LIMIT``."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= MAX_LIMIT):
        raise ValueError
    return int(text)


def parse_bearer_token(text: str) -> str:
    """Return the text if it is visible ASCII without a space, as a header can carry it."""
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError
    return text


def parse_secrets(text: str) -> tuple[bytes, ...]:
    """Return the secrets between commas, or one that has commas in it."""
    whole = os.fsencode(text)
    secrets = tuple(part.strip() for part in whole.split(b","))
    if max(map(len, secrets)) < MIN_SECRET_BYTES <= len(whole):
        return (whole,)  # a passphrase with commas in it, which earlier versions took
    if min(map(len, secrets)) < MIN_SECRET_BYTES or len(set(secrets)) < len(secrets):
        raise ValueError
    return secrets


def byte_count(text: str) -> str:
    """Return the size of a secret in words, which is all that may be shown of it."""
    return f"{len(os.fsencode(text))} bytes that are not shown"
