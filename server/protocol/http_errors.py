"""JSON responses for HTTP requests rejected before GraphQL execution, and for errors outside ``/graphql``."""

from typing import Any

from starlette.responses import Response
from starlette.types import Scope

from server.observability.outage import RETRY_AFTER
from server.protocol.errors import domain_error_extensions, http_status, internal_error_result, request_error_result
from server.protocol.messages import encode
from server.protocol.request_ids import request_id_of
from services.kernel.errors import DomainError

_STATUSES = {
    "UNAUTHENTICATED": 401,
    "FACTOR_REQUIRED": 403,
    "CONTENT_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "RATE_LIMITED": 429,
    "INSUFFICIENT_STORAGE": 507,
}
"""The HTTP status for each code of a ``DomainError``; 422 for all other codes."""


class HTTPError(Exception):
    """Raised when an HTTP request is rejected before it reaches GraphQL.

    ``headers`` are passed as keywords, with underscores for hyphens: ``Retry_After="5"``.
    """

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.result = request_error_result(message, code)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def json_response(body: Any, status: int, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON response that must not be cached."""
    default_headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
    return Response(encode(body), status, default_headers | (headers or {}))


def http_error_response(error: HTTPError) -> Response:
    """Return the response for an ``HTTPError``."""
    return json_response(error.result, error.status, error.headers)


def domain_error_response(error: DomainError) -> Response:
    """Return the response for a ``DomainError``, raised when a service refuses a request."""
    headers = {}
    if error.code == "UNAUTHENTICATED":
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after" in error.details:
        headers["Retry-After"] = str(error.details["retry_after"])
    result = {"errors": [{"message": str(error), "extensions": domain_error_extensions(error)}]}
    return json_response(result, _STATUSES.get(error.code, 422), headers)


def internal_error_response(error: BaseException, scope: Scope) -> Response:
    """Log an unexpected exception or a database outage, and return the response for it."""
    result = internal_error_result(error, request_id_of(scope))
    status = http_status(result)
    return json_response(result, status, {"Retry-After": str(RETRY_AFTER)} if status == 503 else None)
