"""Request ids, which identify an HTTP request or a WebSocket operation in responses and in the log."""

import secrets

from starlette.types import Scope


def new_request_id() -> str:
    """Return a new random request id of 16 hexadecimal digits."""
    return secrets.token_hex(8)


def request_id_of(scope: Scope) -> str:
    """Return the id that ``Gateway`` assigned to the request, or a new one if it did not run."""
    return str(scope.get("state", {}).get("request_id") or new_request_id())
