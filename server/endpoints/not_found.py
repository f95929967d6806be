"""Responses to requests whose URL or method no route matches, in GraphQL's error format like all other errors."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.protocol.errors import request_error_result
from server.protocol.http_errors import json_response

NO_SUCH_ADDRESS = "There is no such address: GraphQL is at /graphql"


async def handle_unmatched_route(_request: Request, error: Exception) -> Response:
    """Convert Starlette's 404 or 405 to a GraphQL error, keeping its headers, such as ``Allow``.

    The error's code is the name of the status.
    """
    assert isinstance(error, HTTPException)
    status, headers = HTTPStatus(error.status_code), dict(error.headers or {})
    message = f"Use {' or '.join(sorted(headers['Allow'].split(', ')))}" if "Allow" in headers else NO_SUCH_ADDRESS
    return json_response(request_error_result(message, status.name), status, headers)
