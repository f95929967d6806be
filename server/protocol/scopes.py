"""What an ASGI scope says of a request: its headers, which are pairs of bytes with names in lower case, and its body."""

from typing import Final, Protocol, cast

from starlette.types import Scope

BODY_RECEIVED: Final = "body_received"
"""The key in the scope's state that is there once the whole body has arrived."""
CONNECTION: Final = "connection"
"""The key in the scope's state of a weak reference to the ``ClientConnection``; not every server has it."""


class ClientConnection(Protocol):
    """The connection of a request."""

    def prove_session(self) -> None:
        """Count the connection no longer as one of a stranger, because it has shown a valid session."""

    def keep_bytes(self, byte_count: int) -> None:
        """Count what the application keeps of a body that has not arrived whole."""


def connection_of(scope: Scope) -> ClientConnection | None:
    """Return the connection of a request while it is open."""
    reference = scope.get("state", {}).get(CONNECTION)
    return None if reference is None else cast("ClientConnection | None", reference())


def first_value(scope: Scope, name: bytes) -> bytes | None:
    """Return the first value of a header, or None if the request lacks it."""
    for header, value in scope["headers"]:
        if header == name:
            return bytes(value)
    return None


def joined_values(scope: Scope, name: bytes) -> str:
    """Return all values of a header that may be repeated, separated by commas; "" if the request lacks it."""
    return b", ".join([value for header, value in scope["headers"] if header == name]).decode("latin-1")
