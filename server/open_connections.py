"""The connections that stay open after their request: WebSockets and event streams, whichever transport they use."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class OpenConnection(Protocol):
    """A connection that can be told, from outside the task that serves it, to check its session or to close."""

    def revalidate(self, member_id: str) -> None:
        """Close if the connection is this member's and its session has ended."""

    def close(self) -> None:
        """Close because the server shuts down, so that the client connects again elsewhere."""


class OpenConnections:
    """The registry of one process's open connections."""

    def __init__(self) -> None:
        self._connections: dict[asyncio.Task[Any], OpenConnection] = {}
        self._is_shutting_down = False

    @contextmanager
    def register(self, connection: OpenConnection) -> Iterator[None]:
        """Register a connection while the current task serves it in the block.

        One that is opened during the shutdown is closed at once.
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
        """Have each connection of a member check its session, and close where that has ended."""
        for connection in self._connections.values():
            connection.revalidate(member_id)

    async def shutdown(self) -> None:
        """Close every connection, and wait for the tasks that serve them."""
        self._is_shutting_down = True
        for connection in self._connections.values():
            connection.close()
        if self._connections:
            await asyncio.wait(list(self._connections))
