"""``/health/live``: the process answers. ``/health/ready``: it can do its work. Both are for anybody."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models.database import pending_migrations

_PATIENCE: Final = 5.0  # seconds
_HEADERS: Final = {"Cache-Control": "no-store"}


def health_routes() -> list[Route]:
    """Make the routes of both."""
    return [Route("/health/live", _live), Route("/health/ready", _ready)]


async def _live(_request: Request) -> Response:
    return _answer("live")


async def _ready(_request: Request) -> Response:
    """Whether the database answers and is migrated."""
    try:
        async with asyncio.timeout(_PATIENCE):
            lacking = await pending_migrations()
    except Exception:
        return _answer("the database does not answer", 503)
    return _answer(f"the database lacks {', '.join(lacking)}", 503) if lacking else _answer("ready")


def _answer(line: str, status: int = 200) -> Response:
    return PlainTextResponse(f"{line}\n", status, _HEADERS)
