"""Which origins' pages may call the API from a browser, and the refusal of all others."""

import logging
import re
import time
from collections.abc import Collection

from starlette.responses import Response

from server.protocol.error_codes import Code
from server.protocol.errors import request_error_result
from server.protocol.http_errors import json_response

REFUSAL = (
    "Pages of another origin may not call this API, unless its operator lists the origin in TRACKERS_ALLOWED_ORIGINS"
)
LOG_INTERVAL = 60.0
"""Seconds between two log lines about refusals, so that nobody can fill the log."""

_LOCAL_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_log = logging.getLogger("trackers.origins")


class OriginPolicy:
    """The allowed origins; with ``local``, also those of pages on this machine, at any port."""

    def __init__(self, origins: Collection[str] = (), *, local: bool = False) -> None:
        self._origins = frozenset(origin.lower() for origin in origins)
        self._local = local
        self._logged_at: float | None = None

    def allows(self, origin: str) -> bool:
        """Return whether pages of this origin, the value of an ``Origin`` header, may call the API."""
        return origin.lower() in self._origins or (self._local and bool(_LOCAL_ORIGIN.fullmatch(origin)))

    def refusal(self) -> Response:
        """Return the response for any other origin, and log that there was one; the origin itself is not logged."""
        now = time.monotonic()
        if self._logged_at is None or now - self._logged_at > LOG_INTERVAL:
            self._logged_at = now
            _log.warning("a page of an origin that TRACKERS_ALLOWED_ORIGINS does not list was refused")
        return json_response(request_error_result(REFUSAL, Code.FORBIDDEN.value), 403)
