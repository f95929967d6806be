"""Tests of the registry of open connections: checks of sessions, and the shutdown."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from server.connections.open_connections import OpenConnections
from services.accounts.sessions.current_viewers import SessionKey

EXPIRES_AT = datetime(2026, 1, 1, tzinfo=UTC)


class Connection:
    """A connection that records why it was closed, which happens once, and is served until then."""

    def __init__(self, member_id: str, session_id: str) -> None:
        self._member_id, self._session_id = member_id, session_id
        self.ended: list[str] = []
        self.closed = asyncio.Event()

    def session_of(self, member_id: str) -> SessionKey | None:
        return (self._session_id, EXPIRES_AT) if member_id == self._member_id else None

    def end_session(self, reason: str) -> None:
        if not self.closed.is_set():
            self.ended.append(reason)
            self.close()

    def close(self) -> None:
        self.closed.set()


class Sessions:
    """The sessions that are valid, and those that were asked for in each statement."""

    def __init__(self, *valid: str) -> None:
        self.valid = set(valid)
        self.asked: list[list[str]] = []
        self.is_down = False

    async def find_valid(self, sessions: Sequence[SessionKey]) -> list[SessionKey]:
        self.asked.append([session_id for session_id, _ in sessions])
        await asyncio.sleep(0)
        if self.is_down:
            raise ConnectionError
        return [session for session in sessions if session[0] in self.valid]


async def serve(connections: OpenConnections, connection: Connection) -> None:
    with connections.register(connection):
        await connection.closed.wait()


@asynccontextmanager
async def serving(connections: OpenConnections, *served: Connection) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(serve(connections, connection)) for connection in served]
    await asyncio.sleep(0)
    yield
    await connections.shutdown()
    await asyncio.gather(*tasks)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_sessions_of_all_connections_are_asked_at_once() -> None:
    sessions = Sessions("1", "3")
    connections = OpenConnections(sessions.find_valid)
    ada = [Connection("ada", session_id) for session_id in ("1", "2", "1", "2")]
    bob = Connection("bob", "3")
    async with serving(connections, *ada, bob):
        connections.revalidate("ada")
        connections.revalidate("nobody")
        await settle()
        assert sessions.asked == [["1", "2"]]
        assert [connection.ended for connection in ada] == [[], ["The session has ended."]] * 2
        assert bob.ended == []


async def test_a_member_who_changes_during_a_check_is_asked_about_after_it() -> None:
    sessions = Sessions("1", "2", "3")
    connections = OpenConnections(sessions.find_valid)
    ada, bob, eve = Connection("ada", "1"), Connection("bob", "2"), Connection("eve", "3")
    async with serving(connections, ada, bob, eve):
        connections.revalidate("ada")
        await asyncio.sleep(0)
        sessions.valid.clear()
        for member_id in ("bob", "eve", "ada", "bob"):
            connections.revalidate(member_id)
        await settle()
        assert sessions.asked == [["1"], ["1", "2", "3"]]
        assert [connection.ended for connection in (ada, bob, eve)] == [["The session has ended."]] * 3


async def test_connections_stay_open_if_their_sessions_cannot_be_checked() -> None:
    sessions = Sessions()
    connections, ada = OpenConnections(sessions.find_valid), Connection("ada", "1")
    async with serving(connections, ada):
        sessions.is_down = True
        connections.revalidate("ada")
        await settle()
        assert (sessions.asked, ada.ended) == ([["1"]], [])
        sessions.is_down = False
        connections.revalidate("ada")
        await settle()
        assert ada.ended == ["The session has ended."]


async def test_shutdown_waits_and_closes_late_connections() -> None:
    connections = OpenConnections(Sessions().find_valid)
    connection, late = Connection("ada", "1"), Connection("ada", "1")
    task = asyncio.create_task(serve(connections, connection))
    await asyncio.sleep(0)
    await connections.shutdown()
    assert task.done()
    await serve(connections, late)
    await connections.shutdown()
