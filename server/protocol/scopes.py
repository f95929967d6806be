"""What an ASGI scope says of a request: its headers, which are pairs of bytes with names in lower case, and its body."""

from typing import Final

from starlette.types import Scope

BODY_RECEIVED: Final = "body_received"
"""The key in the scope's state that is there once the whole body has arrived."""


def first_value(scope: Scope, name: bytes) -> bytes | None:
    """Return the first value of a header, or None if the request lacks it."""
    for header, value in scope["headers"]:
        if header == name:
            return bytes(value)
    return None


def joined_values(scope: Scope, name: bytes) -> str:
    """Return all values of a header that may be repeated, separated by commas; "" if the request lacks it."""
    return b", ".join([value for header, value in scope["headers"] if header == name]).decode("latin-1")
