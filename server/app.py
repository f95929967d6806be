"""The ASGI application: its routes, its middleware, and the background tasks that run while it serves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route, WebSocketRoute

from models.database import StatementLimits, database
from resolvers.schema_root import make_schema
from schema.context import Context
from server.connections.lanes import Lanes
from server.connections.open_connections import OpenConnections
from server.connections.turns import Turns
from server.endpoints.downloads import DownloadEndpoint
from server.endpoints.health import health_routes
from server.endpoints.metrics import metrics_route
from server.endpoints.not_found import handle_unmatched_route
from server.endpoints.password_page import password_routes
from server.endpoints.playground import playground_routes
from server.endpoints.security_txt import security_txt_routes
from server.endpoints.sign_on import sign_on_routes
from server.endpoints.uploads import UploadEndpoint
from server.execution.executor import GraphQLExecutor
from server.execution.instrumented_executor import InstrumentedExecutor
from server.http.endpoint import GraphQLEndpoint
from server.middleware.stack import middleware_stack
from server.observability.database_monitor import run_database_monitor
from server.observability.metrics import NOTIFICATION_LAG
from server.protocol.origins import OriginPolicy
from server.setting_values import database_credentials
from server.settings import Settings
from server.websocket.endpoint import WebSocketEndpoint
from server.websocket.limits import SocketLimits
from server.wiring import make_file_store, make_installation, make_mailer
from services.accounts.sessions.authentication import authenticate
from services.accounts.sessions.current_viewers import find_valid
from services.automations.worker import run_automations
from services.files.cleanup import run_upload_cleanup
from services.learner_reads import learner_reads
from services.mail.thread import run_outbox_thread
from services.notifications.inbox_reader import InboxReader
from services.notifications.listener import ListenState, listening
from services.notifications.tracker_stream import TrackerStreams
from services.retention import run_retention
from services.tracker_types.versions import warm_version_cache
from services.viewer import Viewer


class Application:
    """The application of one server process; its ASGI callable is ``asgi``."""

    def __init__(self, settings: Settings, database_url: str) -> None:
        self._settings = settings
        self._database = database_credentials(database_url)
        self._listen_database = database_credentials(settings.listen_url or database_url)
        self._installation = make_installation(settings)
        self._store = make_file_store(settings)
        self._inbox_reader = InboxReader(on_delivered=lambda lag: NOTIFICATION_LAG.observe(lag.total_seconds()))
        self._tracker_streams = TrackerStreams()
        self._listen_state = ListenState()
        self._connections = OpenConnections(find_valid)
        self._lanes = Lanes()
        self._origin_policy = OriginPolicy(settings.allowed_origins, local=settings.allow_local_origins)
        routes = self._routes()
        graphql = next(route for route in routes if isinstance(route, Route) and route.path == "/graphql")
        websocket = next(route for route in routes if isinstance(route, WebSocketRoute))
        self.asgi = Starlette(
            routes=routes,
            middleware=middleware_stack(settings, self._origin_policy, graphql, websocket, self._lanes),
            exception_handlers={404: handle_unmatched_route, 405: handle_unmatched_route},
            lifespan=self._lifespan,
        )

    @property
    def turns(self) -> Turns:
        """Return the turns in which clients are served."""
        return self._lanes.turns

    async def close_connections(self) -> None:
        """Close every WebSocket and event stream before the server shuts down."""
        await self._connections.shutdown()

    def _routes(self) -> list[BaseRoute]:
        limits = self._settings.limits
        core = GraphQLExecutor(make_schema(), limits, compiled=self._settings.compiled)
        executor = InstrumentedExecutor(core)
        http = GraphQLEndpoint(
            executor,
            self._context,
            self._connections,
            body_seconds=limits.body_seconds,
            signed_out_body_seconds=limits.signed_out_body_seconds,
        )
        websocket = WebSocketEndpoint(
            executor,
            self._context,
            self._connections,
            policy=self._origin_policy,
            limits=SocketLimits.from_limits(limits),
            turns=self._lanes.turns,
        )
        return [
            *(playground_routes(http) if self._settings.playground else [Route("/graphql", http)]),
            WebSocketRoute("/graphql", websocket),
            Route("/files", UploadEndpoint(self._store, self._viewer, core.pay_for_upload)),
            Route("/files/{address:path}", DownloadEndpoint(self._store, self._installation)),
            *password_routes(),
            *sign_on_routes(self._installation),
            *health_routes(self._listen_state),
            *security_txt_routes(self._settings.security_contact, self._settings.public_url),
            metrics_route(self._settings.metrics_token),
        ]

    async def _context(self, authorization: str | None, address: str, user_agent: str) -> Context:
        viewer = await self._viewer(authorization)
        return Context(
            self._installation, self._inbox_reader, address, viewer, self._tracker_streams, user_agent=user_agent
        )

    async def _viewer(self, authorization: str | None) -> Viewer | None:
        viewer = await authenticate(self._installation, authorization)
        if authorization is not None:
            self._lanes.remember(authorization, None if viewer is None else str(viewer.member_id))
        return viewer

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        notifications = listening(
            self._inbox_reader,
            self._listen_database,
            self._tracker_streams,
            self._connections.revalidate,
            self._listen_state,
        )
        async with database(self._database, self._statement_limits()), notifications:
            await warm_version_cache()
            async with _background_tasks(self._workers()):
                yield

    def _statement_limits(self) -> StatementLimits | None:
        """Return the limits on statements; None behind a pooler, which refuses settings of a connection."""
        if self._settings.listen_url != self._settings.database_url:
            return None
        limits = self._settings.limits
        return StatementLimits(limits.statement_seconds, 2 * limits.operation_seconds)

    def _workers(self) -> list[Coroutine[Any, Any, None]]:
        return [
            run_outbox_thread(
                self._database, self._installation, make_mailer(self._settings), self._inbox_reader.woken
            ),
            run_automations(),
            run_upload_cleanup(self._store),
            run_retention(self._installation),
            learner_reads.run(),
            run_database_monitor(),
        ]


@contextlib.asynccontextmanager
async def _background_tasks(workers: list[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run the coroutines in background tasks during the block, then cancel the tasks and wait for them to finish."""
    tasks = [asyncio.create_task(worker) for worker in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
