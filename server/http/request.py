"""The GraphQL request that an HTTP request holds: the parameters of `GET` in its address, those of `POST` in its body."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request as HTTPRequest

from server.protocol.http_errors import HTTPError
from server.protocol.media_types import JSON, UTF_8, parsed
from server.protocol.messages import MalformedRequest, Request, decode, parse_request

PARAMETERS = ("query", "operationName", "variables", "extensions")


async def read_request(request: HTTPRequest, *, max_body: int, seconds: float) -> Request:
    """Read the request.

    Its body may have so many bytes and take so many seconds. Raises HTTPError, MalformedRequest and ClientDisconnect.
    """
    if request.method == "GET":
        return parse_request(_from_query(request.scope["query_string"]))
    if request.method != "POST":
        raise HTTPError(405, "METHOD_NOT_ALLOWED", "Use GET or POST", Allow="GET, POST")
    _check_content_type(request)
    try:
        async with asyncio.timeout(seconds):
            body = await _body(request, max_body)
    except TimeoutError:
        raise HTTPError(408, "REQUEST_TIMEOUT", "The body took too long", Connection="close") from None
    return parse_request(decode(body))


async def _body(request: HTTPRequest, longest: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise HTTPError(413, "CONTENT_TOO_LARGE", f"The body is longer than {longest} bytes")
    return bytes(body)


def _check_content_type(request: HTTPRequest) -> None:
    name, parameters = parsed(request.headers.get("content-type", ""))
    if name != JSON or parameters.get("charset", "utf-8") not in UTF_8:
        raise HTTPError(415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type must be {JSON}, in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPError(415, "UNSUPPORTED_MEDIA_TYPE", "The body must not be compressed", Accept_Encoding="identity")


def _from_query(query_string: bytes) -> dict[str, Any]:
    """Read a GET request's parameters; an empty `operationName` is none, as the specification says."""
    try:
        pairs = parse_qsl(query_string.decode(), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise MalformedRequest("The address's query is not form-encoded UTF-8") from None
    body: dict[str, Any] = {}
    for name, value in pairs:
        if name not in PARAMETERS:
            continue
        if name in body:
            raise MalformedRequest(f"{name} is given twice")
        body[name] = decode(value) if name in ("variables", "extensions") else value
    if body.get("operationName") == "":
        del body["operationName"]
    return body
