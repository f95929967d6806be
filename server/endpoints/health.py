"""Public health checks: ``/health/live`` (the process responds) and ``/health/ready`` (it can serve requests)."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models.database import pending_migrations
from services.notifications.listener import ListenState

_TIMEOUT: Final = 5.0  # seconds
_FIRST_LISTEN_SECONDS: Final = 1.0
"""How long a request waits for a process that has just started to listen."""
_HEADERS: Final = {"Cache-Control": "no-store"}


def health_routes(listen: ListenState) -> list[Route]:
    """Return the routes of both health checks."""

    async def ready(_request: Request) -> Response:
        return await _ready(listen)

    return [Route("/health/live", _live), Route("/health/ready", ready)]


async def _live(_request: Request) -> Response:
    return _response("live")


async def _ready(listen: ListenState) -> Response:
    """Respond with 200 if the database responds and is up to date, otherwise with 503 and the reason.

    A process is not ready before it has listened for the first time. If it stops listening later, it still answers
    every request, and delivers notifications by polling; taking every server out of service would be worse.
    """
    try:
        async with asyncio.timeout(_TIMEOUT):
            missing = await pending_migrations()
    except Exception:
        return _response("the database does not answer", 503)
    if missing:
        return _response(f"the database lacks {', '.join(missing)}", 503)
    try:
        async with asyncio.timeout(_FIRST_LISTEN_SECONDS):
            await listen.has_listened.wait()
    except TimeoutError:
        return _response("LISTEN is not connected: check TRACKERS_LISTEN_URL", 503)
    return _response("ready" if listen.is_listening else "ready, but LISTEN is not connected: notifications are late")


def _response(line: str, status: int = 200) -> Response:
    return PlainTextResponse(f"{line}\n", status, _HEADERS)
