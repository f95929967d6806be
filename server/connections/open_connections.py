"""The registry of long-lived connections, which are WebSockets and event streams."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias

from services.accounts.sessions.current_viewers import SessionKey

_log = logging.getLogger("trackers.serve")

FindValid: TypeAlias = Callable[[Sequence[SessionKey]], Awaitable[Container[SessionKey]]]
"""Returns those of the sessions that are still valid."""


class OpenConnection(Protocol):
    """A connection whose session other tasks can end, and which they can close."""

    def session_of(self, member_id: str) -> SessionKey | None:
        """Return the session of the connection if it belongs to this member."""

    def end_session(self, reason: str) -> None:
        """Close the connection because its session has ended."""

    def close(self) -> None:
        """Close the connection because the server is shutting down, in a way that makes the client reconnect."""


class OpenConnections:
    """The open connections of a process."""

    def __init__(self, find_valid: FindValid) -> None:
        self._find_valid = find_valid
        self._connections: dict[asyncio.Task[Any], OpenConnection] = {}
        self._changed_members: set[str] = set()
        self._check: asyncio.Task[None] | None = None
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
        """Check the sessions of a member's connections in the background, and close those whose session has ended.

        All are asked at once; members who are added meanwhile are asked afterwards, together.
        """
        self._changed_members.add(member_id)
        if self._check is None or self._check.done():
            self._check = asyncio.create_task(self._revalidate_changed())

    async def _revalidate_changed(self) -> None:
        while self._changed_members:
            changed_members, self._changed_members = self._changed_members, set()
            asked = [
                (session, connection)
                for connection in self._connections.values()
                for member_id in changed_members
                if (session := connection.session_of(member_id)) is not None
            ]
            try:
                valid = await self._find_valid(list(dict.fromkeys(session for session, _ in asked))) if asked else ()
            except Exception as error:  # as in an outage; the client's next operation is authenticated anyway
                _log.warning("sessions of open connections could not be checked: %s", type(error).__name__)
                continue
            for session, connection in asked:
                if session not in valid:
                    connection.end_session("The session has ended.")

    async def shutdown(self) -> None:
        """Close every connection, and wait for the tasks that serve them to end."""
        self._is_shutting_down = True
        for connection in self._connections.values():
            connection.close()
        if self._connections:
            await asyncio.wait(list(self._connections))
        if self._check is not None:
            self._check.cancel()
            await asyncio.wait([self._check])
