"""The registry of long-lived connections, which are WebSockets and event streams."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class OpenConnection(Protocol):
    """A connection that other tasks can ask to check its session or to close."""

    def revalidate(self, member_id: str) -> None:
        """Close the connection if it belongs to this member and the session has ended."""

    def close(self) -> None:
        """Close the connection because the server is shutting down, in a way that makes the client reconnect."""


class OpenConnections:
    """The open connections of a process."""

    def __init__(self) -> None:
        self._connections: dict[asyncio.Task[Any], OpenConnection] = {}
        self._is_shutting_down = False

    @contextmanager
    def register(self, connection: OpenConnection) -> Iterator[None]:
        """Register a connection during the block, in which the current task serves it.

        If the server is already shutting down, the connection is closed at once.
        """
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = connection
        if self._is_shutting_down:
            connection.close()
        try:
            yield
        finally:
            del self._connections[task]

    def revalidate(self, member_id: str) -> None:
        """Make each of a member's connections check its session, and close if the session has ended."""
        for connection in self._connections.values():
            connection.revalidate(member_id)

    async def shutdown(self) -> None:
        """Close every connection, and wait for the tasks that serve them to end."""
        self._is_shutting_down = True
        for connection in self._connections.values():
            connection.close()
        if self._connections:
            await asyncio.wait(list(self._connections))
