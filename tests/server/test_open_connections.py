"""Tests of the registry of open connections: checks of sessions, and the shutdown."""

import asyncio

from server.open_connections import OpenConnections


class Connection:
    """A connection that records calls of ``revalidate``, and is served until it is closed."""

    def __init__(self) -> None:
        self.revalidated: list[str] = []
        self.closed = asyncio.Event()

    def revalidate(self, member_id: str) -> None:
        self.revalidated.append(member_id)

    def close(self) -> None:
        self.closed.set()


async def serve(connections: OpenConnections, connection: Connection) -> None:
    with connections.register(connection):
        await connection.closed.wait()


async def test_revalidate_reaches_only_open_connections() -> None:
    connections, first, second = OpenConnections(), Connection(), Connection()
    tasks = [asyncio.create_task(serve(connections, connection)) for connection in (first, second)]
    await asyncio.sleep(0)
    connections.revalidate("ada")
    second.close()
    await tasks[1]
    connections.revalidate("bob")
    assert (first.revalidated, second.revalidated) == (["ada", "bob"], ["ada"])
    await connections.shutdown()


async def test_shutdown_waits_and_closes_late_connections() -> None:
    connections, connection, late = OpenConnections(), Connection(), Connection()
    task = asyncio.create_task(serve(connections, connection))
    await asyncio.sleep(0)
    await connections.shutdown()
    assert task.done()
    await serve(connections, late)
    await connections.shutdown()
