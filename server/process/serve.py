"""Serving: one process, or several behind one address, until a signal ends it."""

import logging
import resource
import socket
from collections.abc import Callable

from server.database import keeping_database
from server.process.supervisor import Workers
from server.process.worker import run_server
from server.settings import Settings

_log = logging.getLogger("trackers.serve")

UNREAD_SECONDS = 60
"""For so long a client may take nothing of what it is sent; then the system gives the connection up."""


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
    return bound


def serve(settings: Settings, url: str, bound: socket.socket, *, workers: int, announce: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; what is under way gets some seconds to finish."""
    for name in settings.without_effect:
        _log.warning("%s is set, but has no effect in this version", name)
    _allow_as_many_sockets_as_can_be()
    with keeping_database(settings) as look:
        if workers == 1:
            run_server(settings, url, bound, ready=announce, look=look)
        else:
            Workers(settings, url, bound, count=workers).run(ready=announce, look=look)


def _allow_as_many_sockets_as_can_be() -> None:
    # Many systems let a process open 1,024 files unless it asks for more; each socket is one.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
