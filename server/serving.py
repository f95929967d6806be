"""Serving: one process, or several behind one address, until a signal ends it."""

import socket
from collections.abc import Callable

from server.opening import keeping_database
from server.process import run_server
from server.settings import Settings
from server.workers import Workers


def bind(host: str, port: int) -> socket.socket:
    """The socket to serve on; port 0 takes a free one. Raises OSError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def serve(settings: Settings, url: str, bound: socket.socket, *, workers: int, announce: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; what is under way gets some seconds to finish."""
    with keeping_database(settings) as look:
        if workers == 1:
            run_server(settings, url, bound, ready=announce, look=look)
        else:
            Workers(settings, url, bound, count=workers).run(ready=announce, look=look)
