"""One line in the log and one count in the metrics for each HTTP request, whatever becomes of it.

The line names the route, not the path: neither an id, nor a query, nor a file's signed address stands in any log.
"""

import logging
import time
from typing import Final

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.observability.metrics import OPEN_SOCKETS, OTHER, REQUEST_SECONDS, REQUESTS
from server.observability.request_context import RequestContext, request_context
from server.protocol.http_errors import internal_error_response
from server.protocol.request_ids import request_id_of

_METHODS: Final = {"GET", "HEAD", "POST", "OPTIONS"}
_ASKED_ALL_DAY: Final = ("/health/", "/metrics")
"""Routes that machines ask every few seconds: they are logged where they fail."""
_CUT_OFF: Final = 499
"""What nginx and others after it write for a client that went away before there was an answer."""

_log = logging.getLogger("trackers.requests")


class RequestLog:
    """Watches each request to its end, and answers for an app that could not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and write down what became of it."""
        if scope["type"] == "websocket":
            with OPEN_SOCKETS.track_inprogress():
                await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._watch(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _watch(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status, facts = time.perf_counter(), _CUT_OFF, RequestContext()

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        mine = request_context.set(facts)
        try:
            await self._app(scope, receive, send_and_see)
        except Exception as bug:
            response = internal_error_response(bug, scope)
            if status != _CUT_OFF:  # half an answer is gone already: cut it, so that nobody takes it for whole
                raise
            await response(scope, receive, send_and_see)
        finally:
            request_context.reset(mine)
            _write(scope, status, time.perf_counter() - began, facts)


def _write(scope: Scope, status: int, seconds: float, facts: RequestContext) -> None:
    route, method = _route(scope.get("route")), scope["method"] if scope["method"] in _METHODS else OTHER
    REQUESTS.labels(route, method, status).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)
    if route.startswith(_ASKED_ALL_DAY) and status < 400:
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
            **facts.told(),
        },
    )


def _route(route: BaseRoute | None) -> str:
    return route.path if isinstance(route, Route | Mount) else OTHER
