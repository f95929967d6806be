"""``POST /files?type=KEY&field=KEY``: uploads of files for a field, which are streamed to the file store."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeAlias
from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from models.shares import borrowing
from server.endpoints.multipart import IDLE_SECONDS, MAX_OVERHEAD_BYTES, FilePart, content_length
from server.execution.clients import borrower_of, client_key
from server.protocol.http_errors import (
    HTTPError,
    domain_error_response,
    http_error_response,
    internal_error_response,
    json_response,
)
from server.protocol.request_errors import GraphQLRequestError
from services.files.store import FileStore
from services.files.uploads import Destination, FileHeader, find_destination, too_large, upload
from services.kernel.errors import DomainError, UnauthenticatedError
from services.kernel.global_ids import to_global_id
from services.viewer import Viewer

Authenticate: TypeAlias = Callable[[str | None], Awaitable[Viewer | None]]
Pay: TypeAlias = Callable[[UUID], object]
"""Charges a member for an upload. Raises GraphQLRequestError."""

MAX_SECONDS = 3_600.0
"""The maximum duration of an upload, far shorter than the time after which unfinished uploads are deleted."""
LINGER_BYTES, LINGER_SECONDS = 16_777_216, 10.0
"""How much more of a refused upload is received and discarded, so that the client can read the response."""


class UploadEndpoint:
    """The ASGI endpoint for uploads. Its ``Route`` must not list methods, because it rejects other methods itself."""

    def __init__(
        self,
        store: FileStore,
        authenticate: Authenticate,
        pay: Pay = lambda _member_id: None,
        *,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._store = store
        self._authenticate = authenticate
        self._pay = pay
        self._idle_seconds = idle_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        body = _Body(receive)
        try:
            response = await self._respond(Request(scope, body))
        except ClientDisconnect:
            return
        if body.is_complete:
            await response(scope, receive, send)
        else:
            await _respond_and_close(Request(scope), response, body, send)

    async def _respond(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(MAX_SECONDS):
                return await self._upload(request)
        except HTTPError as error:
            return http_error_response(error)
        except DomainError as error:
            return domain_error_response(error)
        except GraphQLRequestError as error:
            return json_response(error.formatted, error.status or 429, error.headers)
        except ClientDisconnect:
            raise
        except TimeoutError:
            return http_error_response(HTTPError(408, "REQUEST_TIMEOUT", "The upload took too long"))
        except Exception as error:
            return internal_error_response(error, request.scope)

    async def _upload(self, request: Request) -> Response:
        if request.method != "POST":
            raise HTTPError(405, "METHOD_NOT_ALLOWED", "Use POST", Allow="POST")
        viewer = await self._authenticate(request.headers.get("authorization"))
        if viewer is None:
            raise UnauthenticatedError
        viewer.require_factor()
        with borrowing(borrower_of(client_key(str(viewer.member_id), ""), viewer)):
            return await self._upload_as(viewer, request)

    async def _upload_as(self, viewer: Viewer, request: Request) -> Response:
        part = FilePart(request, idle_seconds=self._idle_seconds)
        destination = await find_destination(viewer, _parameter(request, "type"), _parameter(request, "field"))
        length = content_length(request)
        _check_length(length, destination)
        await part.open()
        header = FileHeader(name=part.name, media_type=part.media_type, length=length)
        async with aclosing(part.chunks()) as chunks:
            file_id = await upload(viewer, self._store, destination, header, chunks)
        return json_response({"id": to_global_id("File", file_id)}, 201)


class _Body:
    """An ASGI ``receive`` callable that records whether the whole body has been received."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.is_complete = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self.is_complete = not message.get("more_body", False)
        return message


def _parameter(request: Request, name: str) -> str:
    values = request.query_params.getlist(name)
    if len(values) != 1:
        raise HTTPError(422, "BAD_USER_INPUT", f"Give {name} exactly once in the URL: /files?type=KEY&field=KEY")
    return values[0]


def _check_length(length: int | None, destination: Destination) -> None:
    """Reject a body of this length, before any of it is read, if the file in it must be too large."""
    if length is not None and length > destination.max_bytes + MAX_OVERHEAD_BYTES:
        raise too_large(destination)


async def _respond_and_close(request: Request, response: Response, body: _Body, send: Send) -> None:
    """Respond while the client is still sending, discard more of the body, then close the connection.

    This is a "lingering close": closing the connection with unread bytes would reset it, and the client could lose the
    response.
    """
    headers: list[Any] = [*response.raw_headers, (b"connection", b"close")]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    if "expect" not in request.headers:  # with "Expect: 100-continue", a client that gets an error sends no body
        await _discard(body)
    await send({"type": "http.response.body", "body": b""})


async def _discard(body: _Body) -> None:
    remaining = LINGER_BYTES
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while remaining > 0 and not body.is_complete:
                remaining -= len((await body()).get("body", b""))
    except TimeoutError:
        pass
