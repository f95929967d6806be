"""The access log: one log line and one count in the metrics for every HTTP request, including failed ones.

A line contains the route instead of the path, so that no ids, query strings or signed file URLs are logged.
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
"""Routes that are polled every few seconds; only their failures are logged."""
_CLIENT_CLOSED_REQUEST: Final = 499
"""The status that nginx and others log if the client disconnects before there is a response."""

_log = logging.getLogger("trackers.requests")


class AccessLogMiddleware:
    """Middleware that logs and counts each HTTP request, and responds with an error if the application raises one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request and log its outcome, or count a WebSocket while it is open."""
        if scope["type"] == "websocket":
            with OPEN_WEBSOCKETS.track_inprogress():
                await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._observe(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status, context = time.perf_counter(), _CLIENT_CLOSED_REQUEST, RequestContext()

        async def send_recording_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        token = request_context.set(context)
        try:
            await self._app(scope, receive, send_recording_status)
        except Exception as error:
            response = internal_error_response(error, scope)
            if status != _CLIENT_CLOSED_REQUEST:
                # Part of the response has been sent. Make the server drop the connection, so that the client notices.
                raise
            await response(scope, receive, send_recording_status)
        finally:
            request_context.reset(token)
            _log_request(scope, status, time.perf_counter() - started, context)


def _log_request(scope: Scope, status: int, seconds: float, context: RequestContext) -> None:
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
