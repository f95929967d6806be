"""The page on which a member chooses a password: three files as they are, for any browser, without the playground."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FILES: Final = Path(__file__).parents[1] / "password"

_KINDS: Final = {"password.css": "text/css", "password.js": "text/javascript"}
_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src data:",  # the icon that says that there is none
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
_HEADERS: Final = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def password_routes() -> list[Route]:
    """Make the routes of the page and of its script and style."""
    return [Route("/password", _page), *(Route(f"/password/{name}", _part) for name in _KINDS)]


def _page(_request: Request) -> Response:
    return Response((FILES / "index.html").read_bytes(), 200, _HEADERS, "text/html; charset=utf-8")


def _part(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2]
    return Response((FILES / name).read_bytes(), 200, _HEADERS, f"{_KINDS[name]}; charset=utf-8")
