"""gzip compression of responses, except short ones, event streams and uploaded files.

A BREACH attack guesses a secret from the lengths of many responses that contain both the secret and text chosen by the
attacker. It needs a browser that authenticates the attacker's requests automatically, and a secret that stays the same.
Here requests are only authenticated by a header that scripts set, and each response contains newly generated tokens, so
responses to sign-ins are compressed too.
"""

from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

MINIMUM_SIZE: Final = 1_000
"""The minimum number of bytes; a shorter response fits into one packet anyway."""
LEVEL: Final = 4
"""The compression level, from 1 to 9; ``docs/decisions/016-logs-metrics-and-outages.md`` compares their costs."""


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
