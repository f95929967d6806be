"""gzip compression of responses, except those of ``/graphql``, which compresses its own, and uploaded files."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from server.protocol.compression import LEVEL, MINIMUM_SIZE


class CompressionMiddleware:
    """Like Starlette's ``GZipMiddleware``, but leaves file responses uncompressed.

    ``GZipMiddleware`` itself skips event streams and responses that are already encoded.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, minimum_size=MINIMUM_SIZE, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request, compressing the response unless it is a file."""
        # Most files are compressed already, and a download must keep its Content-Length.
        is_file = scope["type"] == "http" and scope["path"].startswith("/files")
        await (self._app if is_file else self._compressed)(scope, receive, send)
