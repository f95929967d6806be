"""Errors as JSON for HTTP: a request that is wrong before GraphQL reads it, and what goes wrong outside ``/graphql``."""

from typing import Any

from starlette.responses import Response
from starlette.types import Scope

from server.observability.outage import RETRY_AFTER
from server.protocol.errors import http_status, internal_error_result, request_error_result
from server.protocol.messages import encode
from server.protocol.request_ids import request_id_of
from services.kernel.errors import DomainError

_STATUSES = {"UNAUTHENTICATED": 401, "CONTENT_TOO_LARGE": 413, "UNSUPPORTED_MEDIA_TYPE": 415, "RATE_LIMITED": 429}
"""The HTTP status of a ``DomainError`` by its code; 422 for all others."""


class HTTPError(Exception):
    """An HTTP request that is rejected before it reaches GraphQL.

    ``headers`` are given as keywords, with underscores for hyphens: ``Retry_After="5"``.
    """

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.result = request_error_result(message, code)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def json_response(body: Any, status: int, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON response that must not be cached."""
    always = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
    return Response(encode(body), status, always | (headers or {}))


def http_error_response(error: HTTPError) -> Response:
    """Return the response to a request that was rejected with ``HTTPError``."""
    return json_response(error.result, error.status, error.headers)


def domain_error_response(error: DomainError) -> Response:
    """Return the response to a request that a service refused."""
    headers = {}
    if error.code == "UNAUTHENTICATED":
        headers["WWW-Authenticate"] = "Bearer"
    if "retryAfter" in error.details:
        headers["Retry-After"] = str(error.details["retryAfter"])
    result = {"errors": [{"message": str(error), "extensions": {"code": error.code, **error.details}}]}
    return json_response(result, _STATUSES.get(error.code, 422), headers)


def internal_error_response(error: BaseException, scope: Scope) -> Response:
    """Log an unexpected exception, or an outage of the database, and return the response to it."""
    result = internal_error_result(error, request_id_of(scope))
    status = http_status(result)
    return json_response(result, status, {"Retry-After": str(RETRY_AFTER)} if status == 503 else None)
