"""Answers compressed for clients that can read it: all but short ones, streams of events and uploaded files.

BREACH guesses a secret from the lengths of many answers that hold it beside text of the attacker's. It needs a browser
that authorises the attacker's requests by itself, and a secret that stays: here nothing but a header that scripts
set authorises a request, and each token in an answer is made for that answer. So sign-ins are compressed too.
"""

from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

SHORTEST: Final = 1_000
"""Bytes; less than that goes out in one packet as it is."""
LEVEL: Final = 4
"""Of 1 to 9; see `docs/decisions/016-logs-metrics-and-outages.md` for what each costs."""


class Compression:
    """gzip by starlette, which leaves out streams of events and what is compressed already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, minimum_size=SHORTEST, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, by the compression or past it."""
        # Files are most often compressed already, and a download is to have its length.
        of_file = scope["type"] == "http" and scope["path"].startswith("/files")
        await (self._app if of_file else self._compressed)(scope, receive, send)
