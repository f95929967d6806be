"""The ASGI application: its addresses, and what works beside it while it serves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from models.database import database
from resolvers.schema_root import make_schema
from schema.context import Context
from server.endpoints.downloads import DownloadEndpoint
from server.endpoints.health import health_routes
from server.endpoints.metrics import metrics_route
from server.endpoints.not_found import wrong_address
from server.endpoints.password_page import password_routes
from server.endpoints.playground import playground_assets, playground_response, wants_html
from server.endpoints.uploads import UploadEndpoint
from server.execution.instrumented import InstrumentedExecutor
from server.http.endpoint import GraphQLEndpoint
from server.http.sse_registry import EventStreams
from server.limits import Limits
from server.middleware.access_log import RequestLog
from server.middleware.compression import Compression
from server.middleware.request_id import RequestId
from server.middleware.security_headers import SecurityHeaders
from server.observability.metrics import EVENT_LAG
from server.observability.watch import run_watch
from server.setting_values import database_credentials
from server.settings import Settings
from server.websocket.connection import SocketLimits
from server.websocket.endpoint import WebSocketEndpoint
from server.wiring import installation_of, mailer_of, store_of
from services.accounts.sessions import viewer_of
from services.automations.worker import run_automations
from services.files.collection import run_collection
from services.mail.worker import run_outbox
from services.notifications.inbox_reader import InboxReader, reading
from services.notifications.tracker_stream import OpenPages
from services.retention import run_housekeeping
from services.tracker_types.catalogue import warm_forms
from services.viewer import Viewer


class Application:
    """What one process serves, and what works beside it."""

    def __init__(self, settings: Settings, database_url: str) -> None:
        self._settings = settings
        self._credentials = database_credentials(database_url)
        self._listening = database_credentials(settings.listen_url or database_url)
        self._installation = installation_of(settings)
        self._store = store_of(settings)
        self._inbox_reader = InboxReader(delivered=lambda lag: EVENT_LAG.observe(lag.total_seconds()))
        self._open_pages = OpenPages()
        executor = InstrumentedExecutor(make_schema(), settings.limits)
        self._streams = EventStreams(executor)
        self._http = GraphQLEndpoint(executor, self._context, self._streams, max_body=settings.limits.max_body_bytes)
        self._sockets = WebSocketEndpoint(
            executor,
            self._context,
            allowed_origins=settings.allowed_origins,
            limits=_socket_limits(settings.limits),
        )
        self.asgi = Starlette(
            routes=self._routes(),
            middleware=_middleware(settings),
            exception_handlers={404: wrong_address, 405: wrong_address},
            lifespan=self._lifespan,
        )

    async def close_sockets(self) -> None:
        """Let every socket and event stream go, as the server goes away."""
        await asyncio.gather(self._sockets.shutdown(), self._streams.shutdown())

    def _recall(self, member_id: str) -> None:
        self._sockets.recall(member_id)
        self._streams.recall(member_id)

    def _routes(self) -> list[BaseRoute]:
        return [
            Route("/graphql", _PlaygroundOrGraphQL(self._http)),
            WebSocketRoute("/graphql", self._sockets),
            Route("/files", UploadEndpoint(self._store, self._viewer)),
            Route("/files/{address:path}", DownloadEndpoint(self._store, self._installation)),
            Route("/trackers/{id}", playground_response),
            *password_routes(),
            *health_routes(),
            metrics_route(self._settings.metrics_token),
            playground_assets(),
        ]

    async def _context(self, authorization: str | None, client: str) -> Context:
        viewer = await self._viewer(authorization)
        return Context(self._installation, self._inbox_reader, client, viewer, self._open_pages)

    async def _viewer(self, authorization: str | None) -> Viewer | None:
        return await viewer_of(self._installation, authorization)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        mailer = mailer_of(self._settings)
        woken = reading(self._inbox_reader, self._listening, self._open_pages, self._recall)
        async with database(self._credentials), woken:
            await warm_forms()
            workers = [
                asyncio.create_task(run_outbox(self._installation, mailer, self._inbox_reader.told)),
                asyncio.create_task(run_automations()),
                asyncio.create_task(run_collection(self._store)),
                asyncio.create_task(run_housekeeping()),
                asyncio.create_task(run_watch()),
            ]
            try:
                yield
            finally:
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)
                await mailer.close()


class _PlaygroundOrGraphQL:
    """``/graphql``: the playground for a browser that navigates there, the API for everybody else."""

    def __init__(self, door: ASGIApp) -> None:
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        answer: ASGIApp = playground_response(request) if wants_html(request) else self._door
        await answer(scope, receive, send)


def _socket_limits(limits: Limits) -> SocketLimits:
    return SocketLimits(
        operations=limits.socket_operations,
        connections_of_member=limits.sockets_per_member,
        connections_of_address=limits.sockets_per_address,
    )


def _middleware(settings: Settings) -> list[Middleware]:
    """What every request passes, from outside to inside."""
    return [
        Middleware(RequestId, trusted_proxies=settings.trusted_proxies),
        *_behind_proxies(settings),
        Middleware(RequestLog),
        Middleware(SecurityHeaders, https=settings.public_url.startswith("https:")),
        *_cross_origin(settings),
        Middleware(Compression),
    ]


def _behind_proxies(settings: Settings) -> list[Middleware]:
    """Who the client is, as the proxies that the settings trust tell it."""
    trusted = [str(network) for network in settings.trusted_proxies]
    return [Middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)] if trusted else []


def _cross_origin(settings: Settings) -> list[Middleware]:
    """Cross-origin rules, for the origins that the settings name; a bearer token needs no cookies."""
    if not settings.allowed_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "GraphQL-Cost", "X-Request-Id"],
            expose_headers=["Retry-After", "X-Request-Id"],
            max_age=600,
        )
    ]
