"""Reading GraphQL requests from the query string of a GET request or the body of a POST request."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request as HTTPRequest

from server.protocol.http_errors import HTTPError
from server.protocol.media_types import JSON, UTF_8_NAMES, parse_media_type
from server.protocol.messages import MalformedRequest, Request, UnreadableRequest, decode, parse_request

METHODS = "GET, HEAD, POST"
PARAMETERS = ("query", "operationName", "variables", "extensions", "onError")
MAX_PARAMETERS = 20
"""The maximum number of parameters in a URL, unknown ones included."""


async def read_request(request: HTTPRequest, *, max_body: int, body_seconds: float) -> Request:
    """Read and parse the GraphQL request in an HTTP request; HEAD is like GET.

    The body may have at most ``max_body`` bytes, and must arrive within ``body_seconds``. Raises HTTPError,
    MalformedRequest and ClientDisconnect.
    """
    if request.method in {"GET", "HEAD"}:
        return parse_request(_parse_query_string(request.scope["query_string"]))
    if request.method != "POST":
        raise HTTPError(405, "METHOD_NOT_ALLOWED", "Use GET or POST", Allow=METHODS)
    _check_content_type(request)
    try:
        async with asyncio.timeout(body_seconds):
            body = await _read_body(request, max_body)
    except TimeoutError:
        raise HTTPError(408, "REQUEST_TIMEOUT", "The body took too long", Connection="close") from None
    return parse_request(decode(body))


async def _read_body(request: HTTPRequest, max_body: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_body:
            raise HTTPError(413, "CONTENT_TOO_LARGE", f"The body is longer than {max_body} bytes")
    return bytes(body)


def _check_content_type(request: HTTPRequest) -> None:
    name, parameters = parse_media_type(request.headers.get("content-type", ""))
    if name != JSON or parameters.get("charset", "utf-8") not in UTF_8_NAMES:
        raise HTTPError(415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type must be {JSON}, in UTF-8", Accept=JSON)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPError(415, "UNSUPPORTED_MEDIA_TYPE", "The body must not be compressed", Accept_Encoding="identity")


def _parse_query_string(query_string: bytes) -> dict[str, Any]:
    """Return the parameters of a GET request; an empty optional one counts as absent, as in the specification."""
    if query_string.count(b"&") >= MAX_PARAMETERS:
        raise MalformedRequest(f"The URL has more than {MAX_PARAMETERS} parameters")
    try:
        pairs = parse_qsl(query_string.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        raise UnreadableRequest("The URL's query string is not form-encoded UTF-8") from None
    parameters: dict[str, Any] = {}
    for name, value in pairs:
        if name not in PARAMETERS:
            continue
        if name in parameters:
            raise MalformedRequest(f"{name} is given twice")
        if name != "query" and value == "":
            parameters[name] = None
        else:
            parameters[name] = decode(value) if name in ("variables", "extensions") else value
    return parameters
