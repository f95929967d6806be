"""gzip compression of responses, except short ones, event streams and uploaded files.

A BREACH attack guesses a secret from the lengths of many responses that hold it beside text of the attacker's. It
needs a browser that authorises the attacker's requests by itself, and a secret that stays the same: here a request is
authorised only by a header that scripts set, and each token in a response is made for that response. So the responses
of sign-ins are compressed too.
"""

from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

MINIMUM_SIZE: Final = 1_000
"""Bytes; a shorter response fits into one packet as it is."""
LEVEL: Final = 4
"""From 1 to 9; see ``docs/decisions/016-logs-metrics-and-outages.md`` for what each costs."""


class CompressionMiddleware:
    """Compress what Starlette's ``GZipMiddleware`` compresses (no event streams, nothing twice), except files."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, minimum_size=MINIMUM_SIZE, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with compression unless it is for a file."""
        # Most files are compressed already, and a download must keep its Content-Length.
        is_file = scope["type"] == "http" and scope["path"].startswith("/files")
        await (self._app if is_file else self._compressed)(scope, receive, send)
