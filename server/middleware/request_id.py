"""Ids of HTTP requests, which appear in the ``X-Request-Id`` response header, in the log, and in some errors.

An id from a trusted proxy is kept, so that a request has the same id in every log.
"""

import re
from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.protocol.request_ids import new_request_id
from server.setting_values import Network

HEADER = "X-Request-Id"
_ID_PATTERN = re.compile(r"[A-Za-z0-9._:-]{8,64}", re.ASCII)


class RequestIdMiddleware:
    """Middleware that assigns an id to each HTTP request.

    It must wrap ``ProxyHeadersMiddleware``, which replaces the proxy's address with the client's.
    """

    def __init__(self, app: ASGIApp, *, trusted_proxies: Collection[Network] = ()) -> None:
        self._app = app
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request, adding its id to the response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._forwarded_id(scope) or new_request_id()
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self._app(scope, receive, send_with_id)

    def _forwarded_id(self, scope: Scope) -> str | None:
        value = Headers(scope=scope).get(HEADER)
        return value if value and _ID_PATTERN.fullmatch(value) and self._is_trusted(scope["client"]) else None

    def _is_trusted(self, peer: tuple[str, int] | None) -> bool:
        try:
            address = ip_address(peer[0] if peer else "")
        except ValueError:
            return False
        return any(address in network for network in self._trusted_proxies)
