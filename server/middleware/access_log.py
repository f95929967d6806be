"""The access log: one log line and one count in the metrics for every HTTP request, including failed ones.

A line contains the route instead of the path, so that no ids, query strings or signed file URLs are logged.
"""

import logging
from typing import Final

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Scope

from server.observability.metrics import OTHER, count_request
from server.observability.request_context import RequestContext

CLIENT_CLOSED_REQUEST: Final = 499
"""The status that nginx and others log if the client disconnects before there is a response."""
_METHODS: Final = {"GET", "HEAD", "POST", "OPTIONS"}
_POLLED_ROUTES: Final = ("/health/", "/metrics")
"""Routes that are polled every few seconds; only their failures are logged."""

_log = logging.getLogger("trackers.requests")


def log_request(scope: Scope, status: int, seconds: float, context: RequestContext) -> None:
    """Log and count a request that has been answered with this status after so many seconds."""
    route, method = _route(scope.get("route")), scope["method"] if scope["method"] in _METHODS else OTHER
    count_request(route, method, status, seconds)
    if route.startswith(_POLLED_ROUTES) and status < 400:
        return
    level = logging.WARNING if status >= 500 else logging.INFO
    if not _log.isEnabledFor(level):
        return
    # Without ``Logger.log``, which looks for the caller's line in the stack.
    record = logging.LogRecord(_log.name, level, __file__, 0, "request", (), None)
    record.__dict__.update(
        request_id=scope["state"]["request_id"],
        method=method,
        route=route,
        status=status,
        milliseconds=round(seconds * 1000, 1),
        **context.log_fields(),
    )
    _log.handle(record)


def _route(route: BaseRoute | None) -> str:
    return route.path if isinstance(route, Route | Mount) else OTHER
