"""The start of serving: the listening socket, and one process or several behind it."""

import logging
import resource
import socket
from collections.abc import Callable

from server.database import restarting_database
from server.process.supervisor import Supervisor
from server.process.worker import run_server
from server.settings import Settings

_log = logging.getLogger("trackers.serve")

UNREAD_TIMEOUT = 60
"""Seconds that a client may leave unread what it is sent; then the system drops the connection."""


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit this. A close does not reach a client that does not read, or has vanished: without a timeout
    # its connection, and the data that wait to be sent on it, would stay until it comes back.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_TIMEOUT * 1000)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def serve(settings: Settings, url: str, bound: socket.socket, *, workers: int, announce: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; then requests in progress have some seconds to finish.

    ``announce`` is called once clients are answered.
    """
    for name in settings.without_effect:
        _log.warning("%s is set, but has no effect in this version", name)
    _raise_open_file_limit()
    with restarting_database(settings) as check_database:
        if workers == 1:
            run_server(settings, url, bound, on_ready=announce, on_tick=check_database)
        else:
            Supervisor(settings, url, bound, count=workers).run(on_ready=announce, on_tick=check_database)


def _raise_open_file_limit() -> None:
    # Many systems let a process open 1,024 files unless it asks for more; each connection is one.
    _, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))
