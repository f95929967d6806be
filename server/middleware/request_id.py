"""The id of an HTTP request: in the answer's ``X-Request-Id``, in the log line, and in the errors that name one.

A trusted proxy may have given the request an id of its own, which is then kept: one id through every log.
"""

import re
from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.protocol.request_ids import new_request_id
from server.setting_values import Network

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._:-]{8,64}", re.ASCII)


class RequestId:
    """Gives each HTTP request its id. Stands outside whatever replaces the peer's address by the client's."""

    def __init__(self, app: ASGIApp, *, trusted_proxies: Collection[Network] = ()) -> None:
        self._app = app
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its id with the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._given(scope) or new_request_id()
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self._app(scope, receive, send_with_id)

    def _given(self, scope: Scope) -> str | None:
        given = Headers(scope=scope).get(HEADER)
        return given if given and _SANE.fullmatch(given) and self._is_trusted(scope["client"]) else None

    def _is_trusted(self, peer: tuple[str, int] | None) -> bool:
        try:
            address = ip_address(peer[0] if peer else "")
        except ValueError:
            return False
        return any(address in network for network in self._trusted_proxies)
