"""Accepting connections a few at a time, and, where several workers listen on a socket, so that all have about the same number.

uvloop's own server accepts all waiting connections whenever it is woken: a thousand at once delay all others, and the
quickest worker takes most of them. Here, a worker accepts a few at a time, and only while no other has fewer. What has not been accepted stays in
the operating system's queue, so that a worker that ends loses none of it.
"""

import asyncio
import errno
import logging
import multiprocessing
import socket
from collections.abc import Callable, MutableSequence
from multiprocessing.context import ForkContext
from typing import Any

NOT_SERVING = -1
DEFER_SECONDS = 0.002
MAX_DEFERRALS = 10
"""How often a connection is left to workers with fewer. A worker may be busy, or may have been killed a moment ago."""
ACCEPTED_AT_ONCE = 4
"""How many connections are accepted before others get their turn."""
RETRY_SECONDS = 1.0
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

_log = logging.getLogger("trackers.serve")


class ConnectionCounts:
    """The number of open connections of each worker, in memory that all processes share."""

    def __init__(self, context: ForkContext, workers: int) -> None:
        self._counts: MutableSequence[int] = context.RawArray("q", [NOT_SERVING] * workers)

    def publish(self, position: int, count: int) -> None:
        """Set the number of open connections of the worker at a position, or NOT_SERVING."""
        self._counts[position] = count

    def has_fewest(self, position: int) -> bool:
        """Return whether no other worker that is serving has fewer connections."""
        return self._counts[position] <= min(count for count in self._counts if count != NOT_SERVING)


class _OpenConnections(set[Any]):
    """uvicorn's set of open connections, which reports its size whenever that changes."""

    def __init__(self, on_change: Callable[[int], None]) -> None:
        super().__init__()
        self._on_change = on_change

    def add(self, connection: object) -> None:
        super().add(connection)
        self._on_change(len(self))

    def discard(self, connection: object) -> None:
        super().discard(connection)
        self._on_change(len(self))


class Acceptor:
    """Accepts a worker's share of the connections. ``connections`` is the set that the protocols add themselves to."""

    def __init__(self, counts: ConnectionCounts, position: int) -> None:
        self._counts, self._position = counts, position
        self.connections: set[Any] = _OpenConnections(self._publish)
        self._socket: socket.socket | None = None
        self._deferrals = 0
        self._timer: asyncio.TimerHandle | None = None
        self._opening: set[asyncio.Task[Any]] = set()

    @classmethod
    def alone(cls) -> "Acceptor":
        """Return the acceptor of a process that shares its socket with no other."""
        return cls(ConnectionCounts(multiprocessing.get_context("fork"), 1), 0)

    def start(self, server_socket: socket.socket, make_protocol: Callable[[], asyncio.Protocol], backlog: int) -> None:
        """Listen on a socket, and accept connections in the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._make_protocol = make_protocol
        self._socket = server_socket
        server_socket.setblocking(False)
        server_socket.listen(backlog)
        self._publish(len(self.connections))
        self._watch()

    def stop(self) -> None:
        """Accept no more connections; those that wait are left to other workers, or refused if there are none."""
        if self._socket is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._socket)
        self._socket.close()
        self._socket = None
        self._counts.publish(self._position, NOT_SERVING)

    def _publish(self, count: int) -> None:
        if self._socket is not None:
            self._counts.publish(self._position, count)

    def _watch(self) -> None:
        assert self._socket is not None
        self._loop.add_reader(self._socket, self._accept, self._socket)

    def _pause(self, server_socket: socket.socket, seconds: float) -> None:
        self._loop.remove_reader(server_socket)
        self._timer = self._loop.call_later(seconds, self._watch)

    def _accept(self, server_socket: socket.socket) -> None:
        if self._deferrals < MAX_DEFERRALS and not self._counts.has_fewest(self._position):
            self._deferrals += 1
            self._pause(server_socket, DEFER_SECONDS)
            return
        self._deferrals = 0
        for _ in range(ACCEPTED_AT_ONCE):
            if not self._accept_one(server_socket) or not self._counts.has_fewest(self._position):
                return

    def _accept_one(self, server_socket: socket.socket) -> bool:
        """Accept a connection, and return whether there was one."""
        try:
            connection, _ = server_socket.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False  # another worker was quicker, or the client has gone
        except OSError as error:
            if error.errno not in _EXHAUSTED:
                raise
            _log.error("cannot accept connections, retrying: %s", errno.errorcode[error.errno])
            self._pause(server_socket, RETRY_SECONDS)
            return False
        connection.setblocking(False)
        task = self._loop.create_task(self._loop.connect_accepted_socket(self._make_protocol, connection))
        self._opening.add(task)
        task.add_done_callback(self._opened)
        self._publish(len(self.connections) + len(self._opening))
        return True

    def _opened(self, task: asyncio.Task[Any]) -> None:
        self._opening.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.warning("a connection could not be opened: %s", type(error).__name__)
