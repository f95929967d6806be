"""The id that names one HTTP request, or one operation of a WebSocket, in answers and in the log."""

import secrets

from starlette.types import Scope


def new_request_id() -> str:
    """Return a new random id of 16 hexadecimal digits."""
    return secrets.token_hex(8)


def request_id_of(scope: Scope) -> str:
    """Return the id that ``RequestIdMiddleware`` gave the request; a new one if that did not run."""
    return str(scope.get("state", {}).get("request_id") or new_request_id())
