"""Serving: one process, or several behind one address, until a signal ends it."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from server.app import Application
from server.logs import configure_logs
from server.metrics import shared_by_workers, worker_ended
from server.opening import keeping_database
from server.settings import Settings

GRACE_SECONDS = 20
TICKS_BETWEEN_LOOKS = 10  # of a tenth of a second each
LARGEST_MESSAGE = 1_048_576
UNREAD_SECONDS = 60
"""For so long a client may take nothing of what it is sent; then the system gives the connection up."""


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is there, and lets sockets go with 1001 before it stops."""

    def __init__(
        self, config: uvicorn.Config, application: Application, announce: Callable[[], None], look: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._application = application
        self._announce = announce
        self._look = look

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_BETWEEN_LOOKS == 0:
            self._look()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await self._application.close_sockets()
        await super().shutdown(sockets)


class _Workers(Multiprocess):
    """uvicorn's keeper of worker processes, which keeps the database too."""

    def __init__(self, config: uvicorn.Config, bound: socket.socket, look: Callable[[], None]) -> None:
        super().__init__(config, sockets=[bound])
        self._look = look

    def keep_subprocess_alive(self) -> None:
        self._look()
        before = {process.pid for process in self.processes}
        super().keep_subprocess_alive()
        for ended in before - {process.pid for process in self.processes}:
            worker_ended(ended)


def from_environment() -> ASGIApp:
    """The application of a worker process, which its parent told everything by the environment."""
    configure_logs()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    settings = Settings.from_environment(os.environ, folder=Path.cwd())
    assert settings.database_url is not None
    return Application(settings, settings.database_url).asgi


def _end_with_parent() -> None:
    # A parent that was killed ends nobody; its workers would hold the port, and a new server could not start.
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def bind(host: str, port: int) -> socket.socket:
    """The socket to serve on; port 0 takes a free one. Raises OSError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Its connections inherit this. No close reaches a client that does not read, or went without a word: without
    # this its connection, and what waits to be sent on it, would stay until it comes back.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    bound.set_inheritable(True)
    return bound


def serve(settings: Settings, url: str, bound: socket.socket, *, workers: int, announce: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; what is under way gets some seconds to finish."""
    # uvicorn raises the signal again when it is done; the default would end the process before the rest is tidied up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.suppress(KeyboardInterrupt), keeping_database(settings) as look:
        if workers == 1:
            application = Application(settings, url)
            _Server(_config(application.asgi), application, announce, look).run([bound])
        else:
            os.environ |= {"TRACKERS_DATABASE_URL": url, "TRACKERS_SECRET": os.fsdecode(settings.secret)}
            config = _config("server.serving:from_environment", workers=workers)
            announce()
            with shared_by_workers():
                _Workers(config, bound, look).run()


def _config(app: ASGIApp | str, *, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        log_config=None,
        access_log=False,  # it would hold query strings
        proxy_headers=False,  # the application looks at who passed a request on before it reads who sent it
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
        lifespan="on",
    )
