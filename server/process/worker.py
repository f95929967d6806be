"""One server process: uvicorn with the application in it, until a signal ends it."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable

import uvicorn

from server.app import Application
from server.process.uvicorn_http import HttpProtocol
from server.process.uvicorn_websocket import WebSocketProtocol
from server.settings import Settings

GRACE_SECONDS = 20
TICKS_BETWEEN_LOOKS = 10  # of a tenth of a second each
LARGEST_MESSAGE = 1_048_576


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is there, and lets sockets go with 1001 before it stops."""

    def __init__(
        self, config: uvicorn.Config, application: Application, ready: Callable[[], None], look: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._application = application
        self._ready = ready
        self._look = look

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_BETWEEN_LOOKS == 0:
            self._look()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # At once: while sockets take their leave, no request may be begun on a connection that is kept open.
        await asyncio.gather(self._close_connections(), super().shutdown(sockets))

    async def _close_connections(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await self._application.close_connections()


def run_server(
    settings: Settings,
    url: str,
    bound: socket.socket,
    *,
    ready: Callable[[], None],
    look: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM; what is under way gets some seconds to finish.

    ``ready`` is called once clients are answered, ``look`` every second. To be called from the main thread.
    """
    # uvicorn raises the signal again when it is done; the default would end the process before the rest is tidied up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    application = Application(settings, url)
    with contextlib.suppress(KeyboardInterrupt):
        _Server(_config(application), application, ready, look).run([bound])


def _config(application: Application) -> uvicorn.Config:
    return uvicorn.Config(
        application.asgi,
        loop="uvloop",
        http=HttpProtocol,
        ws=WebSocketProtocol,
        ws_max_size=LARGEST_MESSAGE,
        log_config=None,
        access_log=False,  # it would hold query strings
        proxy_headers=False,  # the application looks at who passed a request on before it reads who sent it
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
        lifespan="on",
    )
