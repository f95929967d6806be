"""Running the server: the socket that it listens on, and the one or more processes that use it."""

import logging
import resource
import socket
from collections.abc import Callable

from server.database import database_restarter
from server.process.supervisor import Supervisor
from server.process.worker import run_server
from server.settings import Settings

_log = logging.getLogger("trackers.serve")

SLOW_CLIENT_TIMEOUT = 60
"""Seconds for which a client may leave sent data unread before the operating system drops the connection."""


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to this address, where port 0 means any free port. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server_socket = socket.socket(family, socket.SOCK_STREAM)
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit this option. Closing a connection has no effect if the client does not read or has vanished:
    # without a timeout, the connection and its unsent data would be kept until the client comes back.
    server_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SLOW_CLIENT_TIMEOUT * 1000)
    try:
        server_socket.bind((host, port))
    except OSError:
        server_socket.close()
        raise
    return server_socket


def serve(
    settings: Settings, url: str, server_socket: socket.socket, *, workers: int, announce: Callable[[], None]
) -> None:
    """Serve until SIGINT or SIGTERM, then give requests in progress some seconds to finish.

    ``announce`` is called once the server accepts requests.
    """
    if settings.links_lead_nowhere:
        _log.warning("TRACKERS_PLAYGROUND is 0 and TRACKERS_EDIT_URL is not set: the links in mail lead to no page")
    _raise_open_file_limit()
    with database_restarter(settings) as restart_database:
        if workers == 1:
            run_server(settings, url, server_socket, on_ready=announce, on_tick=restart_database)
        else:
            Supervisor(settings, url, server_socket, count=workers).run(on_ready=announce, on_tick=restart_database)


def _raise_open_file_limit() -> None:
    # Many systems limit a process to 1,024 open files unless it asks for more, and each connection counts as one.
    _, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))
