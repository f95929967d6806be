"""The playground's door: the bundled GraphiQL page, its assets, and who is meant to get it.

The page is built from `server/playground/` into `dist/`; nothing here knows what is in it.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST: Final = Path(__file__).parent / "playground" / "dist"

_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")
_QVALUE = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_JSON_TYPES = ("application/graphql-response+json", "application/json")
_NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The playground is not built</title>
<h1>The playground is not built</h1>
<p>The API itself works: POST a query to <code>/graphql</code>.</p>
<p><code>make run</code> builds the page, and so do these two, with node 22 or newer:</p>
<pre>npm ci --prefix server/playground
npm run build --prefix server/playground</pre>
</html>
"""


def playground_response(request: Request, dist: Path = DIST) -> Response:
    """Answer the playground's page, or 503 and how to build it.

    The same page serves GET /graphql and GET /trackers/{id}: it reads its own address and prepares its query.
    """
    try:
        page, status = (dist / "index.html").read_text("utf-8"), 200
    except FileNotFoundError:
        page, status = _NOT_BUILT, 503
    cache = "no-cache" if status == 200 else "no-store"
    headers = {**_security_headers(request.headers.get("host", "")), "Cache-Control": cache, "Vary": "Accept"}
    return HTMLResponse(page, status, headers)


def playground_assets(dist: Path = DIST) -> Mount:
    """Make the route of the page's scripts, styles and workers; a page not built yet has none: 404."""
    return Mount("/playground/assets", _Assets(directory=dist / "assets", check_dir=False), name="playground_assets")


def wants_html(request: Request) -> bool:
    """Tell a browser's navigation from a query.

    True for a GET (or HEAD) without a `query` parameter whose Accept header prefers text/html to GraphQL's answers,
    by the weights of RFC 9110, section 12.5.1. A client that takes anything gets JSON.
    """
    if request.method not in {"GET", "HEAD"} or "query" in request.query_params:
        return False
    ranges = dict(_media_ranges(request.headers.getlist("accept")))
    return _weight("text/html", ranges) > max(_weight(kind, ranges) for kind in _JSON_TYPES)


def _media_ranges(headers: Iterable[str]) -> Iterable[tuple[str, float]]:
    for element in ",".join(headers).split(","):
        kind, *parameters = (part.strip().lower() for part in element.split(";"))
        weights = [value.strip() for name, _, value in (p.partition("=") for p in parameters) if name.strip() == "q"]
        if not weights:
            yield kind, 1.0
        elif _QVALUE.fullmatch(weights[0]):
            yield kind, float(weights[0])


def _weight(kind: str, ranges: dict[str, float]) -> float:
    # The most specific range counts, not the heaviest.
    for candidate in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0


def _security_headers(host: str) -> dict[str, str]:
    # 'self' means the socket too, but not in every browser still in use; hence its address by name.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        # The editor writes style elements and attributes as it measures and colours text.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        f"connect-src 'self'{sockets}",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }


class _Assets(StaticFiles):
    """Files named by their content: what a browser once has it may keep for ever."""

    async def check_config(self) -> None:
        """Let a missing folder be 404s, not an error: the page says what to do."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        host = Request(scope).headers.get("host", "")
        response.headers.update(_security_headers(host))
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
