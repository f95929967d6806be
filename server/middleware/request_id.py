"""Ids of HTTP requests, which appear in the ``X-Request-Id`` response header, in the log, and in some errors.

An id from a trusted proxy is kept, so that a request has the same id in every log.
"""

import re
from collections.abc import Collection
from ipaddress import ip_address

from starlette.types import Scope

from server.protocol.request_ids import new_request_id
from server.protocol.scopes import first_value
from server.setting_values import Network

_ID_PATTERN = re.compile(r"[A-Za-z0-9._:-]{8,64}", re.ASCII)


class RequestIds:
    """Chooses the ids of requests. The scope's ``client`` must be the peer, not the client that a proxy names."""

    def __init__(self, trusted_proxies: Collection[Network]) -> None:
        self._trusted_proxies = trusted_proxies

    def choose(self, scope: Scope) -> str:
        """Return the id that a trusted proxy has given to the request, or else a new one."""
        return (self._trusted_proxies and self._forwarded_id(scope)) or new_request_id()

    def _forwarded_id(self, scope: Scope) -> str | None:
        value = (first_value(scope, b"x-request-id") or b"").decode("latin-1")
        return value if _ID_PATTERN.fullmatch(value) and self._is_trusted(scope["client"]) else None

    def _is_trusted(self, peer: tuple[str, int] | None) -> bool:
        try:
            address = ip_address(peer[0] if peer else "")
        except ValueError:
            return False
        return any(address in network for network in self._trusted_proxies)
