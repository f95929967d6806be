"""Reading GraphQL requests from the query string of a GET request or the body of a POST request."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from server.protocol.http_errors import HTTPError
from server.protocol.media_types import JSON, UTF_8_NAMES, parse_media_type
from server.protocol.messages import MalformedRequest, Request, UnreadableRequest, decode, parse_request
from server.protocol.scopes import BODY_RECEIVED, connection_of, joined_values

METHODS = "GET, HEAD, POST"
PARAMETERS = ("query", "operationName", "variables", "extensions", "onError")
MAX_PARAMETERS = 20
"""The maximum number of parameters in a URL, unknown ones included."""


class TooLargeError(Exception):
    """Raised when a request has more bytes than its client may send."""


class HTTPRequest:
    """The parts of an HTTP request that matter here: its method, some of its headers, and its body."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.query_string: bytes = scope["query_string"]
        self.client: str = scope["client"][0] if scope.get("client") else ""
        self.accept = joined_values(scope, b"accept")
        # Of a header that is repeated, the first counts.
        self._headers = dict(reversed(scope["headers"]))
        self._state = scope.get("state", {})
        self._connection = connection_of(scope)
        self._receive = receive

    def header(self, name: bytes) -> str | None:
        """Return the value of a header, whose name must be in lower case, or None if the request lacks it."""
        value = self._headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def body_received(self) -> bool:
        """Whether the whole body has arrived, so that reading it takes no time. Not every server knows."""
        return BODY_RECEIVED in self._state

    async def body(self, max_size: int) -> bytes:
        """Return the body. Raises TooLargeError if it has more than ``max_size`` bytes, and ClientDisconnect."""
        if self._declared_size() > max_size:
            raise TooLargeError
        body = bytearray()
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            if len(body) > max_size:
                raise TooLargeError
            if not message.get("more_body", False):
                return bytes(body)
            if self._connection is not None:
                self._connection.keep_bytes(len(body))

    def _declared_size(self) -> int:
        declared = self._headers.get(b"content-length", b"")
        return int(declared) if declared.isdigit() else 0


def check_head(request: HTTPRequest) -> None:
    """Raise HTTPError if a request has the wrong method or type of content; HEAD is like GET."""
    if request.method in {"GET", "HEAD"}:
        return
    if request.method != "POST":
        raise HTTPError(405, "METHOD_NOT_ALLOWED", "Use GET or POST", Allow=METHODS)
    _check_content_type(request)


async def read_payload(request: HTTPRequest, *, max_size: int, body_seconds: float) -> bytes:
    """Return the bytes that hold the GraphQL request: the body, or the query string of a GET request.

    The body must arrive within ``body_seconds``. Raises TooLargeError, HTTPError and ClientDisconnect.
    """
    if request.method != "POST":
        if len(request.query_string) > max_size:
            raise TooLargeError
        return request.query_string
    if request.body_received:
        return await request.body(max_size)
    try:
        async with asyncio.timeout(body_seconds):
            return await request.body(max_size)
    except TimeoutError:
        raise HTTPError(408, "REQUEST_TIMEOUT", "The body took too long", Connection="close") from None


def parse_payload(request: HTTPRequest, payload: bytes) -> Request:
    """Parse the GraphQL request in a payload. Raises MalformedRequest."""
    return parse_request(decode(payload) if request.method == "POST" else _parse_query_string(payload))


def _check_content_type(request: HTTPRequest) -> None:
    if not _is_json(request.header(b"content-type") or ""):
        raise HTTPError(415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type must be {JSON}, in UTF-8", Accept=JSON)
    if (request.header(b"content-encoding") or "identity").lower() != "identity":
        raise HTTPError(415, "UNSUPPORTED_MEDIA_TYPE", "The body must not be compressed", Accept_Encoding="identity")


def _is_json(content_type: str) -> bool:
    if content_type == JSON:  # which nearly all clients send
        return True
    name, parameters = parse_media_type(content_type)
    return name == JSON and parameters.get("charset", "utf-8") in UTF_8_NAMES


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
