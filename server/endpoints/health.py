"""Public health checks: ``/health/live`` (the process responds) and ``/health/ready`` (it can serve requests)."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models.database import pending_migrations

_TIMEOUT: Final = 5.0  # seconds
_HEADERS: Final = {"Cache-Control": "no-store"}


def health_routes() -> list[Route]:
    """Return the routes of both health checks."""
    return [Route("/health/live", _live), Route("/health/ready", _ready)]


async def _live(_request: Request) -> Response:
    return _response("live")


async def _ready(_request: Request) -> Response:
    """Respond with 200 if the database responds and is up to date, otherwise with 503 and the reason."""
    try:
        async with asyncio.timeout(_TIMEOUT):
            missing = await pending_migrations()
    except Exception:
        return _response("the database does not answer", 503)
    return _response(f"the database lacks {', '.join(missing)}", 503) if missing else _response("ready")


def _response(line: str, status: int = 200) -> Response:
    return PlainTextResponse(f"{line}\n", status, _HEADERS)
