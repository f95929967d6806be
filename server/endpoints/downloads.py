"""``GET /files/…``: downloads through signed URLs that expire."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from server.protocol.errors import log_failure
from server.protocol.http_errors import HTTPError, http_error_response, internal_error_response
from server.protocol.request_ids import new_request_id
from services.accounts.sessions.authentication import viewer_of_session
from services.files.signed_urls import verify_signed_path
from services.files.store import FileStore
from services.installation import Installation
from services.trackers.attachments import File, files_by_id

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-site",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
"""Headers that prevent browsers from running a file as a page or script of this origin, and from leaking its URL."""


class DownloadEndpoint:
    """The ASGI endpoint for downloads. Its ``Route`` must not list methods, because it rejects other methods itself."""

    def __init__(self, store: FileStore, installation: Installation) -> None:
        self._store = store
        self._installation = installation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except HTTPError as error:
            response = http_error_response(error)
        except Exception as error:
            response = internal_error_response(error, scope)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise HTTPError(405, "METHOD_NOT_ALLOWED", "Use GET", Allow="GET, HEAD")
        file = await self._file(request.path_params["address"])
        headers = {
            **SECURITY_HEADERS,
            "Content-Disposition": content_disposition(file.name),
            "Content-Length": str(file.bytes),
        }
        if request.method == "HEAD":
            return Response(headers=headers, media_type=file.media_type)
        chunks = self._store.read(file.id)
        first_chunk = await anext(chunks)  # so that an unreadable file fails before the response begins
        return StreamingResponse(_body(first_chunk, chunks), headers=headers, media_type=file.media_type)

    async def _file(self, path: str) -> File:
        grant = verify_signed_path(self._installation, path)
        if grant is None:
            raise HTTPError(404, "NOT_FOUND", "There is no such address")
        viewer = await viewer_of_session(grant.session_id, expires=grant.expires)
        if viewer is None or viewer.must_add_factor:
            raise HTTPError(403, "FORBIDDEN", "This address has expired: ask for the file's `url` again")
        (file,) = await files_by_id(viewer, [grant.file_id])
        if file is None:
            raise HTTPError(404, "NOT_FOUND", "There is no such file")
        return file


async def _body(first_chunk: bytes, chunks: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    try:
        async with aclosing(chunks):
            yield first_chunk
            async for chunk in chunks:
                yield chunk
    except Exception as error:
        # It is too late for an error response, but the client notices that there are fewer bytes than Content-Length.
        log_failure(error, new_request_id())


def content_disposition(name: str) -> str:
    """Return a Content-Disposition header that makes browsers save the file under its name (RFC 6266, RFC 8187)."""
    fallback = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in name)
    # These characters, letters and digits are the attr-char of RFC 8187.
    encoded = quote(name, safe="!#$&+-.^_`|~")
    extended = "" if fallback == name else f"; filename*=UTF-8''{encoded}"
    return f'attachment; filename="{fallback}"{extended}'
