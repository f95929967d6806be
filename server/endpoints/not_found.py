"""Responses for URLs that no route matches, or not with this method: GraphQL's error JSON, as everywhere else."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.protocol.errors import request_error_result
from server.protocol.http_errors import json_response


async def no_matching_route(_request: Request, error: Exception) -> Response:
    """Respond to Starlette's 404 or 405, with its headers (``Allow`` among them); the error's code is the status's name."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    return json_response(request_error_result(status.phrase, status.name), status, dict(error.headers or {}))
