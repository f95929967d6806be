"""``python -m tests.benchmark.floor``: serve on a free port, and print its address."""

import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.setting_values import database_credentials
from tests.benchmark.floor.connection import create_pool, viewer_of
from tests.benchmark.floor.forms import Forms
from tests.benchmark.floor.reads import page, tracker, tracker_types
from tests.benchmark.floor.writes import create_tracker, validate_tracker

Answer = Callable[..., Awaitable[dict[str, Any]]]
ANSWERS: dict[str, Answer] = {
    "trackerTypes": tracker_types,
    "page": page,
    "tracker": tracker,
    "createTracker": create_tracker,
    "validateTracker": validate_tracker,
}


def _endpoint(answer: Answer, secret: bytes) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        variables = orjson.loads(await request.body())
        state = request.app.state
        async with state.pool.acquire() as connection:
            viewer = await viewer_of(connection, secret, request.headers["authorization"])
            data = await answer(connection, viewer, variables, state.forms)
        return Response(orjson.dumps({"data": data}), media_type="application/json")

    return endpoint


def application(url: str, secret: bytes) -> Starlette:
    """Return the ASGI application."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.pool, app.state.forms = await create_pool(database_credentials(url)), Forms()
        yield
        await app.state.pool.close()

    routes = [Route(f"/{name}", _endpoint(answer, secret), methods=["POST"]) for name, answer in ANSWERS.items()]
    return Starlette(routes=routes, lifespan=lifespan)


def serve(app: Any) -> None:
    """Serve an application on a free port of this machine until a signal stops the process."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"Listening http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", ws="websockets-sansio", access_log=False, log_level="warning"
    )
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    serve(application(os.environ["TRACKERS_DATABASE_URL"], os.environ["TRACKERS_SECRET"].encode()))
