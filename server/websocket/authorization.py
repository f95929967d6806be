"""Where a client of a WebSocket may put its bearer token: in ``connection_init``, or in a header of the handshake."""

from collections.abc import Iterable, Iterator
from typing import Any

from server.protocol.messages import MalformedRequest

NAME = "authorization"


def find_authorization(payload: dict[str, Any], handshake: Iterable[str]) -> str | None:
    """Return the value of ``Authorization`` that a client has sent, or None if it has sent none.

    ``payload`` is that of ``connection_init``, which may have it under ``authorization`` or ``headers.authorization``,
    in any case. ``handshake`` are the headers of this name in the request for the WebSocket; what is not a bearer token
    there, such as the password of a proxy, does not count. Raises MalformedRequest if the values differ.
    """
    values = [value for value in _values(payload, NAME) if value is not None]
    for headers in _values(payload, "headers"):
        if headers is not None and not isinstance(headers, dict):
            raise MalformedRequest("connection_init: headers must be an object")
        values += [value for value in _values(headers or {}, NAME) if value is not None]
    if not all(isinstance(value, str) for value in values):
        raise MalformedRequest("connection_init: authorization must be a string")
    values += [value for value in handshake if value.lower().startswith("bearer ")]
    if len({_normalise(value) for value in values}) > 1:
        raise MalformedRequest("Two different tokens: send one, in connection_init or in the header Authorization")
    return values[0] if values else None


def _values(fields: dict[str, Any], name: str) -> Iterator[Any]:
    """Yield the values of the fields with this name in any case."""
    return (value for key, value in fields.items() if key.lower() == name)


def _normalise(authorization: str) -> tuple[str, str]:
    scheme, _, credentials = authorization.strip().partition(" ")
    return scheme.lower(), credentials.strip()
