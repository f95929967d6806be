"""`GET /files/…`: a file, to whoever has an address that was made for it and still holds."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from server.protocol.errors import log_failure
from server.protocol.http_errors import HTTPError, http_error_response, internal_error_response
from server.protocol.request_ids import new_request_id
from services.accounts.sessions import viewer_of_session
from services.files.signed_urls import granted
from services.files.store import FileStore
from services.installation import Installation
from services.trackers.attachments import File, files_by_id

NEITHER_PAGE_NOR_SCRIPT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-site",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
"""Whatever a file is, no browser may run it in the name of this address, nor pass the address on."""


class DownloadEndpoint:
    """The ASGI endpoint for downloads; give it to a `Route` without methods, so that it refuses others itself."""

    def __init__(self, store: FileStore, installation: Installation) -> None:
        self._store = store
        self._installation = installation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
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
        headers = {**NEITHER_PAGE_NOR_SCRIPT, "Content-Disposition": attachment(file.name)}
        headers["Content-Length"] = str(file.bytes)
        if request.method == "HEAD":
            return Response(headers=headers, media_type=file.media_type)
        pieces = self._store.read(file.id)
        first = await anext(pieces)  # what is wrong shows before anything is sent
        return StreamingResponse(_from(first, pieces), headers=headers, media_type=file.media_type)

    async def _file(self, path: str) -> File:
        grant = granted(self._installation, path)
        if grant is None:
            raise HTTPError(404, "NOT_FOUND", "There is no such address")
        viewer = await viewer_of_session(grant.session_id, expires=grant.expires)
        if viewer is None:
            raise HTTPError(403, "FORBIDDEN", "This address has expired: ask for the file's `url` again")
        (file,) = await files_by_id(viewer, [grant.file_id])
        if file is None:
            raise HTTPError(404, "NOT_FOUND", "There is no such file")
        return file


async def _from(first: bytes, pieces: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    try:
        async with aclosing(pieces):
            yield first
            async for piece in pieces:
                yield piece
    except Exception as error:
        # Nothing can be said any more. Too few bytes tell the reader that something is missing.
        log_failure(error, new_request_id())


def attachment(name: str) -> str:
    """A Content-Disposition that has a browser save the file under its name (RFC 6266, RFC 8187)."""
    plain = "".join(one if one.isascii() and one.isprintable() and one not in '"\\%' else "_" for one in name)
    # RFC 8187's attr-char beside letters and digits.
    exact = quote(name, safe="!#$&+-.^_`|~")
    return f'attachment; filename="{plain}"' + ("" if plain == name else f"; filename*=UTF-8''{exact}")
