"""Responses with a single result of GraphQL, as JSON or as a stream of one event."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.types import Send

from server.http.request import HTTPRequest
from server.http.sse import COMPLETE, next_event
from server.observability.outage import RETRY_AFTER
from server.protocol.compression import MINIMUM_SIZE, compress
from server.protocol.media_types import EVENT_STREAM, GRAPHQL, JSON
from server.protocol.messages import encode

_CONTENT_TYPES: Final = {
    name: (b"content-type", f"{name}; charset=utf-8".encode()) for name in (JSON, GRAPHQL, EVENT_STREAM)
}
_NO_STORE: Final = (b"cache-control", b"no-store")
_VARY: Final = (b"vary", b"Accept-Encoding")
_STATUS_HEADERS: Final = {
    401: (b"www-authenticate", b"Bearer"),
    503: (b"retry-after", str(RETRY_AFTER).encode()),
}
"""A header that belongs to each response of a status."""


class Response:
    """An uncacheable response. An event stream is only used with status 200; otherwise the response is JSON."""

    def __init__(
        self, result: dict[str, Any], media_type: str | None, status: int, headers: Mapping[str, str] | None = None
    ) -> None:
        self._is_stream = media_type == EVENT_STREAM and status == 200
        self._body = next_event(encode(result)) + COMPLETE if self._is_stream else encode(result)
        self._status = status
        content_type = EVENT_STREAM if self._is_stream else GRAPHQL if media_type == GRAPHQL else JSON
        self._headers = [_NO_STORE, _CONTENT_TYPES[content_type]]
        if headers:
            self._headers += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        if status in _STATUS_HEADERS:
            self._headers.append(_STATUS_HEADERS[status])

    async def send(self, request: HTTPRequest, send: Send) -> None:
        """Send the response, compressed if that is worth it and the client accepts it."""
        body, headers = self._body, self._headers
        if len(body) >= MINIMUM_SIZE and not self._is_stream:
            headers.append(_VARY)
            if "gzip" in (request.header(b"accept-encoding") or ""):
                body = await compress(body)
                headers.append((b"content-encoding", b"gzip"))
        headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
