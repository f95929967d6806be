"""The page on which a member chooses a password: three static files that do not depend on the playground."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

DIRECTORY: Final = Path(__file__).parents[1] / "password"

_MEDIA_TYPES: Final = {"password.css": "text/css", "password.js": "text/javascript"}
_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src data:",  # for the empty icon, which stops browsers from requesting /favicon.ico
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
PAGE_HEADERS: Final = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def password_routes() -> list[Route]:
    """Return the routes of the page, its script and its style sheet."""
    return [Route("/password", _page), *(Route(f"/password/{name}", _asset) for name in _MEDIA_TYPES)]


def _page(_request: Request) -> Response:
    return Response((DIRECTORY / "index.html").read_bytes(), 200, PAGE_HEADERS, "text/html; charset=utf-8")


def _asset(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2]
    return Response((DIRECTORY / name).read_bytes(), 200, PAGE_HEADERS, f"{_MEDIA_TYPES[name]}; charset=utf-8")
