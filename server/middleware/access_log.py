"""The access log: one line and one count in the metrics for each HTTP request, whatever becomes of it.

A line names the route, not the path: no log holds an id, a query string or the signed URL of a file.
"""

import logging
import time
from typing import Final

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.observability.metrics import HTTP_REQUEST_SECONDS, HTTP_REQUESTS, OPEN_WEBSOCKETS, OTHER
from server.observability.request_context import RequestContext, request_context
from server.protocol.http_errors import internal_error_response
from server.protocol.request_ids import request_id_of

_METHODS: Final = {"GET", "HEAD", "POST", "OPTIONS"}
_POLLED_ROUTES: Final = ("/health/", "/metrics")
"""Routes that machines request every few seconds: only their failures are logged."""
_CLIENT_CLOSED_REQUEST: Final = 499
"""The status that nginx and others log for a client that went away before there was a response."""

_log = logging.getLogger("trackers.requests")


class AccessLogMiddleware:
    """Log and count each HTTP request, and respond with an error in place of an application that raised one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log how it ended; a WebSocket is only counted while it is open."""
        if scope["type"] == "websocket":
            with OPEN_WEBSOCKETS.track_inprogress():
                await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._observe(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status, context = time.perf_counter(), _CLIENT_CLOSED_REQUEST, RequestContext()

        async def send_and_note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        token = request_context.set(context)
        try:
            await self._app(scope, receive, send_and_note_status)
        except Exception as error:
            response = internal_error_response(error, scope)
            if status != _CLIENT_CLOSED_REQUEST:
                # Part of a response has been sent: the server cuts it off, so that nobody takes it for the whole.
                raise
            await response(scope, receive, send_and_note_status)
        finally:
            request_context.reset(token)
            _record(scope, status, time.perf_counter() - started, context)


def _record(scope: Scope, status: int, seconds: float, context: RequestContext) -> None:
    route, method = _route(scope.get("route")), scope["method"] if scope["method"] in _METHODS else OTHER
    HTTP_REQUESTS.labels(route, method, status).inc()
    HTTP_REQUEST_SECONDS.labels(route).observe(seconds)
    if route.startswith(_POLLED_ROUTES) and status < 400:
        return
    _log.log(
        logging.WARNING if status >= 500 else logging.INFO,
        "request",
        extra={
            "request_id": request_id_of(scope),
            "method": method,
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            **context.log_fields(),
        },
    )


def _route(route: BaseRoute | None) -> str:
    return route.path if isinstance(route, Route | Mount) else OTHER
