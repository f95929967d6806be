"""The headers that every response gets: security headers, CORS, ``Vary: Origin`` and ``X-Request-Id``.

Headers that a response already has, such as the pages' Content-Security-Policy, are kept. CORS lets pages of the allowed
origins call the API. No credentials are allowed, as bearer tokens need none.
"""

from collections.abc import Iterable
from typing import Final

from starlette.types import Scope

from server.protocol.origins import OriginPolicy
from server.protocol.scopes import first_value

Header = tuple[bytes, bytes]

SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    # An API response is not a page: if it is opened as one, it loads nothing and cannot be framed.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    # This stops other origins from loading responses as images or scripts. It does not affect allowed origins, which
    # read responses through CORS.
    (b"cross-origin-resource-policy", b"same-origin"),
)
HTTPS_HEADERS: Final = ((b"strict-transport-security", b"max-age=31536000"),)
EXPOSED_HEADERS: Final = b"Retry-After, X-Request-Id"


class ResponseHeaders:
    """Completes the headers of responses. If ``https`` is true, browsers are instructed to use nothing else."""

    def __init__(self, policy: OriginPolicy, *, https: bool) -> None:
        self._policy = policy
        self._security = [*SECURITY_HEADERS, *(HTTPS_HEADERS if https else ())]
        self._security_names = frozenset(name for name, _ in self._security)

    def complete(self, scope: Scope, headers: Iterable[Header]) -> list[Header]:
        """Return the headers of a response, with those that it lacks. Their names must be in lower case."""
        completed = list(headers)
        names = {name for name, _ in completed}
        if self._security_names.isdisjoint(names):
            completed += self._security
        else:
            completed += [header for header in self._security if header[0] not in names]
        if not is_preflight(scope):
            completed += self._cors(scope)
            varies = [value for name, value in completed if name == b"vary"] if b"vary" in names else []
            if varies:
                completed = [header for header in completed if header[0] != b"vary"]
            completed.append((b"vary", b", ".join([*varies, b"Origin"])))
        completed.append((b"x-request-id", scope["state"]["request_id"].encode()))
        return completed

    def _cors(self, scope: Scope) -> list[Header]:
        origin = first_value(scope, b"origin")
        if origin is None:
            return []
        exposed = (b"access-control-expose-headers", EXPOSED_HEADERS)
        if self._policy.allows(origin.decode("latin-1")):
            return [exposed, (b"access-control-allow-origin", origin)]
        return [exposed]


def is_preflight(scope: Scope) -> bool:
    """Return whether a request is a CORS preflight, whose response has headers of its own."""
    return (
        scope["method"] == "OPTIONS"
        and first_value(scope, b"origin") is not None
        and first_value(scope, b"access-control-request-method") is not None
    )
