"""The playground's door: the bundled GraphiQL page, its assets, and who is meant to get it.

The page is built from `server/playground/` into `dist/`; nothing here knows what is in it.
"""

import re
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.protocol.media_types import GRAPHQL, JSON, preference

DIST: Final = Path(__file__).parents[1] / "playground" / "dist"

_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")
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

    True for a GET (or HEAD) without a `query` parameter whose Accept header prefers text/html to GraphQL's answers.
    A client that takes anything gets JSON.
    """
    if request.method not in {"GET", "HEAD"} or "query" in request.query_params:
        return False
    accept = ",".join(request.headers.getlist("accept"))
    return preference("text/html", accept).weight > max(preference(kind, accept).weight for kind in (GRAPHQL, JSON))


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
