"""HTTP statuses of GraphQL results, which depend on the media type of the response.

``application/graphql-response+json`` tells clients that the body is a GraphQL result whatever the status, so it gets the
statuses of the GraphQL over HTTP specification. Clients that only know ``application/json`` trust a body if its status
is 200, so for them a result of GraphQL keeps that status.
"""

from collections.abc import Mapping
from typing import Any

from server.protocol.error_codes import Code
from server.protocol.errors import http_status
from server.protocol.media_types import GRAPHQL
from server.protocol.messages import MalformedRequest, UnreadableRequest
from server.protocol.request_errors import GraphQLRequestError

PARTIAL_SUCCESS = 294
"""The specification's own status for ``data`` beside ``errors``; HTTP clients treat an unknown 2xx like 200."""
_UNPROCESSABLE = 422
_REQUEST_ERRORS = {Code.GRAPHQL_PARSE_FAILED: 400, Code.UNAUTHENTICATED: 401}
"""The status of a request error by its code; 422 for all other codes."""


def result_status(result: Mapping[str, Any], media_type: str | None) -> int:
    """Return the status of the result of an operation that was executed, or failed unexpectedly."""
    if media_type == GRAPHQL and "data" in result:
        return PARTIAL_SUCCESS if result.get("errors") else 200
    return http_status(result)


def request_error_status(error: GraphQLRequestError, media_type: str | None) -> int:
    """Return the status of a request error, which prevented the execution of a well-formed request."""
    if error.status is not None:
        return error.status
    codes = [(item.extensions or {}).get("code") for item in error.errors]
    if media_type != GRAPHQL:
        return 400 if Code.BAD_REQUEST in codes else 200
    return next((status for code, status in _REQUEST_ERRORS.items() if code in codes), _UNPROCESSABLE)


def malformed_request_status(error: MalformedRequest, media_type: str | None) -> int:
    """Return the status for a request that is not a well-formed GraphQL-over-HTTP request."""
    return _UNPROCESSABLE if media_type == GRAPHQL and not isinstance(error, UnreadableRequest) else 400
