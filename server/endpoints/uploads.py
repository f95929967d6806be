"""`POST /files?type=KEY&field=KEY`: a file for a field, streamed to where files lie."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeAlias

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from server.endpoints.multipart import IDLE_SECONDS, MOST_AROUND, FilePart, announced_length
from server.protocol.http_errors import (
    HTTPError,
    domain_error_response,
    http_error_response,
    internal_error_response,
    json_response,
)
from services.files.store import FileStore
from services.files.uploads import Destination, Sent, destination_of, too_large, upload
from services.kernel.errors import DomainError, UnauthenticatedError
from services.kernel.global_ids import to_global_id
from services.viewer import Viewer

ViewerOf: TypeAlias = Callable[[str | None], Awaitable[Viewer | None]]

LONGEST_SECONDS = 3_600.0
"""So long an upload may take as a whole: far less than an unfinished one is kept."""
LINGER_BYTES, LINGER_SECONDS = 16_777_216, 10.0
"""What of a refused upload is still taken from the line, and thrown away, so that its sender gets to read why."""


class UploadEndpoint:
    """The ASGI endpoint for uploads; give it to a `Route` without methods, so that it refuses others itself."""

    def __init__(self, store: FileStore, viewer_of: ViewerOf, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._store = store
        self._viewer_of = viewer_of
        self._idle_seconds = idle_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        incoming = _Incoming(receive)
        try:
            response = await self._respond(Request(scope, incoming))
        except ClientDisconnect:
            return
        if incoming.whole:
            await response(scope, receive, send)
        else:
            await _answer_and_close(Request(scope), response, incoming, send)

    async def _respond(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                return await self._receive(request)
        except HTTPError as error:
            return http_error_response(error)
        except DomainError as error:
            return domain_error_response(error)
        except ClientDisconnect:
            raise
        except TimeoutError:
            return http_error_response(HTTPError(408, "REQUEST_TIMEOUT", "The upload took too long"))
        except Exception as error:
            return internal_error_response(error, request.scope)

    async def _receive(self, request: Request) -> Response:
        if request.method != "POST":
            raise HTTPError(405, "METHOD_NOT_ALLOWED", "Use POST", Allow="POST")
        viewer = await self._viewer_of(request.headers.get("authorization"))
        if viewer is None:
            raise UnauthenticatedError
        part = FilePart(request, idle_seconds=self._idle_seconds)
        to = await destination_of(viewer, _parameter(request, "type"), _parameter(request, "field"))
        length = announced_length(request)
        _check_length(length, to)
        await part.open()
        sent = Sent(name=part.name, media_type=part.media_type, length=length)
        async with aclosing(part.chunks()) as chunks:
            made = await upload(viewer, self._store, to, sent, chunks)
        return json_response({"id": to_global_id("File", made)}, 201)


class _Incoming:
    """What comes in, and whether it has come to its end."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.whole = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self.whole = not message.get("more_body", False)
        return message


def _parameter(request: Request, name: str) -> str:
    values = request.query_params.getlist(name)
    if len(values) != 1:
        raise HTTPError(422, "BAD_USER_INPUT", f"Name the {name} once in the address: /files?type=KEY&field=KEY")
    return values[0]


def _check_length(length: int | None, to: Destination) -> None:
    """Refuse at once what cannot but be too large, before any of it is read."""
    if length is not None and length > to.most_bytes + MOST_AROUND:
        raise too_large(to)


async def _answer_and_close(request: Request, response: Response, incoming: _Incoming, send: Send) -> None:
    """Answer while the sender is still sending, read on for a little, and hang up.

    Hanging up on bytes that were not read resets the connection, and the answer may be lost with it.
    """
    headers: list[Any] = [*response.raw_headers, (b"connection", b"close")]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    if "expect" not in request.headers:  # such a sender waits for leave, and takes the answer for a no
        await _throw_away(incoming)
    await send({"type": "http.response.body", "body": b""})


async def _throw_away(incoming: _Incoming) -> None:
    left = LINGER_BYTES
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0 and not incoming.whole:
                left -= len((await incoming()).get("body", b""))
    except TimeoutError:
        pass
