"""Public health checks: ``/health/live`` (the process responds) and ``/health/ready`` (it can serve requests)."""

import asyncio
import time
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models.database import pending_migrations
from services.notifications.listener import ListenState

_TIMEOUT: Final = 5.0  # seconds
_FIRST_LISTEN_SECONDS: Final = 1.0
"""How long a request waits for a process that has just started to listen."""
_ANSWER_SECONDS: Final = 1.0
"""How long the database's answer holds for all who ask."""
_HEADERS: Final = {"Cache-Control": "no-store"}


def health_routes(listen: ListenState) -> list[Route]:
    """Return the routes of both health checks."""
    readiness = Readiness(listen)

    async def ready(_request: Request) -> Response:
        return await readiness.respond()

    return [Route("/health/live", _live), Route("/health/ready", ready)]


async def _live(_request: Request) -> Response:
    return _response("live")


class Readiness:
    """Whether the process can serve requests; the database is asked once a second at most, whoever asks."""

    def __init__(self, listen: ListenState) -> None:
        self._listen = listen
        self._problem: asyncio.Task[str | None] | None = None
        self._asked_at = 0.0

    async def respond(self) -> Response:
        """Respond with 200 if the database responds and is up to date, otherwise with 503 and the reason.

        A process is not ready before it has listened for the first time. If it stops listening later, it still answers
        every request, and delivers notifications by polling; taking every server out of service would be worse.
        """
        if problem := await self._database_problem():
            return _response(problem, 503)
        try:
            async with asyncio.timeout(_FIRST_LISTEN_SECONDS):
                await self._listen.has_listened.wait()
        except TimeoutError:
            return _response("LISTEN is not connected: check TRACKERS_LISTEN_URL", 503)
        listens = self._listen.is_listening
        return _response("ready" if listens else "ready, but LISTEN is not connected: notifications are late")

    async def _database_problem(self) -> str | None:
        """Return what the database lacks, as it answered within the last second, or as it is about to answer."""
        now = time.monotonic()
        if self._problem is None or (self._problem.done() and now - self._asked_at >= _ANSWER_SECONDS):
            self._asked_at = now
            self._problem = asyncio.create_task(_ask_database())
        return await asyncio.shield(self._problem)


async def _ask_database() -> str | None:
    try:
        async with asyncio.timeout(_TIMEOUT):
            missing = await pending_migrations()
    except Exception:
        return "the database does not answer"
    return f"the database lacks {', '.join(missing)}" if missing else None


def _response(line: str, status: int = 200) -> Response:
    return PlainTextResponse(f"{line}\n", status, _HEADERS)
