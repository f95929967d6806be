"""Answers at addresses where there is nothing, or not by this method: GraphQL's error JSON, as everywhere else."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.protocol.errors import request_error_result
from server.protocol.http_errors import json_response


async def wrong_address(_request: Request, error: Exception) -> Response:
    """Answer in the framework's place, with its status and headers, `Allow` among them; the status names the code."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    return json_response(request_error_result(status.phrase, status.name), status, dict(error.headers or {}))
