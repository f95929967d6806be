"""A real server for the sample schema, over HTTP and WebSocket, on a free port of 127.0.0.1."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from server.execution.executor import GraphQLExecutor
from server.http.endpoint import GraphQLEndpoint
from server.http.sse import StreamLimits
from server.limits import Limits
from server.process.admission import ServerConfig
from server.process.uvicorn_http import HttpProtocol
from server.process.uvicorn_websocket import WebSocketProtocol
from server.process.worker import MAX_MESSAGE_BYTES
from server.protocol.origins import OriginPolicy
from server.websocket.endpoint import WebSocketEndpoint
from server.websocket.limits import SocketLimits
from tests.support.servers.sample_schema import SCHEMA, SIGNED_OUT_FIELDS, Context, FakeApp, await_cancelled


@asynccontextmanager
async def sample_api(
    *,
    limits: Limits | None = None,
    socket_limits: SocketLimits | None = None,
    stream_limits: StreamLimits | None = None,
    body_seconds: float = 30,
    allowed_origins: tuple[str, ...] = (),
    http_protocol: type[HttpProtocol] = HttpProtocol,
) -> AsyncIterator[FakeApp]:
    """Serve the sample schema during the block; the only valid token, "good", is that of the member "ada"."""
    app = FakeApp()

    async def make_context(authorization: str | None, address: str, _user_agent: str) -> Context:
        app.contexts.append((authorization, address))
        if app.fails:
            raise ConnectionError("hunter2")
        if app.aborts:
            await await_cancelled()
        if authorization != "Bearer good" or app.signed_out:
            return Context(app, None, None)
        return Context(app, "ada", dt.datetime.now(dt.UTC) + app.session_length)

    executor = GraphQLExecutor(SCHEMA, limits, signed_out_fields=SIGNED_OUT_FIELDS)
    http = GraphQLEndpoint(
        executor, make_context, app.connections, body_seconds=body_seconds, stream_limits=stream_limits
    )
    websocket = WebSocketEndpoint(
        executor, make_context, app.connections, policy=OriginPolicy(allowed_origins), limits=socket_limits
    )
    routes = [Route("/graphql", http), WebSocketRoute("/graphql", websocket)]
    async with serving(Starlette(routes=routes), http_protocol) as address:
        app.url = f"{address}/graphql"
        try:
            yield app
        finally:
            await app.connections.shutdown()


@asynccontextmanager
async def serving(asgi: ASGIApp, http_protocol: type[HttpProtocol] = HttpProtocol) -> AsyncIterator[str]:
    """Serve an application during the block, and yield its address."""
    server = uvicorn.Server(
        ServerConfig(
            asgi,
            host="127.0.0.1",
            port=0,
            log_config=None,
            lifespan="off",
            http=http_protocol,
            ws=WebSocketProtocol,
            ws_max_size=MAX_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            ws_ping_interval=None,
        )
    )
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        async with asyncio.timeout(10):
            await task
