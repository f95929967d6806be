"""The playground: the bundled GraphiQL page, its assets, and the choice between the page and the API.

The page is built from ``server/playground/`` into ``dist/``; this module does not depend on its content.
"""

import re
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from server.protocol.media_types import GRAPHQL, JSON, preference

DIST: Final = Path(__file__).parents[1] / "playground" / "dist"

_HOST_PATTERN = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")
_NOT_BUILT_PAGE = """<!doctype html>
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


def playground_routes(graphql: ASGIApp) -> list[BaseRoute]:
    """Return the routes of the page and its assets, and of the site's root, which leads there.

    What ``/graphql`` does not show in the page, ``graphql`` answers.
    """
    return [
        Route("/", redirect_to_playground),
        Route("/graphql", _PlaygroundOrGraphQL(graphql)),
        Route("/trackers/{id}", playground_response),
        playground_assets(),
    ]


class _PlaygroundOrGraphQL:
    """The ASGI application at ``/graphql``: the playground for browser navigation, otherwise the GraphQL endpoint."""

    def __init__(self, graphql: ASGIApp) -> None:
        self._graphql = graphql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the playground or to the GraphQL endpoint."""
        app = self._graphql
        if scope["method"] != "POST" and prefers_html(request := Request(scope)):
            app = playground_response(request)
        await app(scope, receive, send)


def redirect_to_playground(_request: Request) -> Response:
    """Lead from the root of the site to the playground. The address is relative, so it holds behind a proxy's prefix."""
    return RedirectResponse("graphql", 307, {"Cache-Control": "no-store"})


def playground_response(request: Request, dist: Path = DIST) -> Response:
    """Return the playground's page or, if it has not been built, a page with status 503 that says how to build it.

    The same page is served at /graphql and /trackers/{id}: its script reads the URL and prepares the queries.
    """
    try:
        page, status = (dist / "index.html").read_text("utf-8"), 200
    except FileNotFoundError:
        page, status = _NOT_BUILT_PAGE, 503
    cache = "no-cache" if status == 200 else "no-store"
    headers = {**_security_headers(request.headers.get("host", "")), "Cache-Control": cache, "Vary": "Accept"}
    return HTMLResponse(page, status, headers)


def playground_assets(dist: Path = DIST) -> Mount:
    """Return the route of the page's scripts, styles and workers, which responds with 404 if the page is not built."""
    return Mount("/playground/assets", _Assets(directory=dist / "assets", check_dir=False), name="playground_assets")


def prefers_html(request: Request) -> bool:
    """Return whether a request is a browser's navigation rather than a GraphQL request.

    This holds for GET and HEAD without a ``query`` parameter if ``Accept`` prefers text/html to GraphQL's media types.
    A client that accepts anything gets JSON.
    """
    if request.method not in {"GET", "HEAD"} or "query" in request.query_params:
        return False
    accept = ",".join(request.headers.getlist("accept"))
    return preference("text/html", accept).weight > max(preference(kind, accept).weight for kind in (GRAPHQL, JSON))


def _security_headers(host: str) -> dict[str, str]:
    # 'self' includes WebSockets, but not in every browser still in use, so their URLs are listed too.
    websockets = f" ws://{host} wss://{host}" if _HOST_PATTERN.fullmatch(host) else ""
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        # The editor writes style elements and attributes as it measures and colours text.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        f"connect-src 'self'{websockets}",
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
    """Static files whose names contain a hash of their content, so that browsers may cache them indefinitely."""

    async def check_config(self) -> None:
        """Accept a missing directory: its files are then 404, and the page says how to build them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        host = Request(scope).headers.get("host", "")
        response.headers.update(_security_headers(host))
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
