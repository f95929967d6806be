"""A server process, in which uvicorn runs the application until a signal stops it."""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Callable

import uvicorn

from server.app import Application
from server.process.acceptor import Acceptor
from server.process.admission import Admission, ServerConfig
from server.process.uvicorn_http import HttpProtocol
from server.process.uvicorn_websocket import WebSocketProtocol
from server.protocol.hosts import HostPolicy
from server.settings import Settings

SHUTDOWN_TIMEOUT = 20
"""Seconds for requests and WebSocket operations in progress to finish after a signal."""
MAX_MESSAGE_BYTES = 1_048_576
"""The maximum size of a WebSocket message."""
YOUNG_OBJECTS = 20_000
"""How many objects are made before the garbage collector looks at them. After the 700 by default, it would look at those of
all requests in progress again and again, although nearly all are freed without it, as soon as nothing refers to them."""
YOUNG_COLLECTIONS = 2
"""After how many of these collections what has survived them is looked at too. Each looks at all of it at once, and nobody is
served meanwhile: after the ten by default, it took 100 ms while a client sent documents that are never the same."""
OLDER_COLLECTIONS = 50
"""After how many of those everything may be looked at: as rarely as by default."""
SWITCH_SECONDS = 0.0005
"""For how long a thread that checks a document keeps the event loop waiting, a tenth of the default: each of the eight steps
of a request may have to wait so long."""
TICKS_PER_CALL = 10  # uvicorn ticks every tenth of a second


class _Server(uvicorn.Server):
    """uvicorn's server, which also reports when it is ready, and closes long-lived connections when it stops."""

    def __init__(
        self,
        config: uvicorn.Config,
        application: Application,
        on_ready: Callable[[], None],
        on_tick: Callable[[], None],
        acceptor: Acceptor,
    ) -> None:
        super().__init__(config)
        self._application = application
        self._on_ready = on_ready
        self._on_tick = on_tick
        self._acceptor = acceptor
        self.server_state.connections = acceptor.connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup([])
        for server_socket in sockets or []:
            self._acceptor.start(server_socket, self._make_protocol, self.config.backlog)
        if self.started:
            # What has been made so far lives as long as the process: no collection need look at it again.
            gc.collect()
            gc.freeze()
            gc.set_threshold(YOUNG_OBJECTS, YOUNG_COLLECTIONS, OLDER_COLLECTIONS)
            self._on_ready()

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_PER_CALL == 0:
            self._on_tick()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._acceptor.stop()
        # Do both concurrently: no request may begin on a keep-alive connection while WebSockets close.
        await asyncio.gather(self._close_connections(), super().shutdown(sockets))

    def _make_protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

    async def _close_connections(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SHUTDOWN_TIMEOUT):
                await self._application.close_connections()


def run_server(
    settings: Settings,
    url: str,
    server_socket: socket.socket,
    *,
    on_ready: Callable[[], None],
    on_tick: Callable[[], None] = lambda: None,
    acceptor: Acceptor | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then give requests in progress some seconds to finish.

    ``on_ready`` is called once the server accepts requests, and ``on_tick`` every second. ``acceptor`` accepts the
    connections, if other workers share the socket. Must be called from the main thread.
    """
    # uvicorn raises the signal again when it has stopped; the default handler would end the process without clean-up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.setswitchinterval(SWITCH_SECONDS)
    application = Application(settings, url)
    with contextlib.suppress(KeyboardInterrupt):
        _Server(_config(application, settings), application, on_ready, on_tick, acceptor or Acceptor.alone()).run(
            [server_socket]
        )


def _config(application: Application, settings: Settings) -> ServerConfig:
    hosts = HostPolicy(settings.served_hosts)
    return ServerConfig(
        application.asgi,
        admission=Admission(
            settings.limits, trusted_proxies=settings.trusted_proxies, hosts=hosts, turns=application.turns
        ),
        loop="uvloop",
        http=HttpProtocol,
        ws=WebSocketProtocol,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,  # it would contain query strings
        proxy_headers=False,  # the application needs the proxy's address before the client's
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT,
        server_header=False,
        lifespan="on",
    )
