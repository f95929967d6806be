"""``python -m tests.benchmark.floor.sockets``: a bare WebSocket server that listens for notifications.

For each wake-up it reads the member's new rows once, encodes each once, and writes it to all sockets of the member. It
checks the token and the session when a socket is opened, and nothing afterwards.
"""

import asyncio
import os
from collections import defaultdict
from contextlib import suppress
from typing import Any
from uuid import UUID

import orjson
import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from server.setting_values import database_credentials
from services.kernel.channels import INBOX
from tests.benchmark.floor.connection import create_pool, viewer_of
from tests.benchmark.floor.forms import global_id

NEW = """
SELECT n.cursor, n.kind, n.created_at, m.id AS actor_id, m.name AS actor_name, t.id, t.number, t.status, ty.key, ty.name
FROM notification n JOIN tracker t ON t.id = n.tracker_id JOIN tracker_type ty ON ty.id = t.type_id
JOIN member m ON m.id = n.actor_id
WHERE n.recipient_id = $1 AND n.cursor > $2 ORDER BY n.cursor
"""


class Listeners:
    """The open sockets of each member, and the cursor up to which notifications have been sent to them."""

    def __init__(self, pool: Any, secret: bytes) -> None:
        self._pool = pool
        self._secret = secret
        self._sockets: dict[UUID, set[ServerConnection]] = defaultdict(set)
        self._cursors: dict[UUID, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle(self, socket: ServerConnection) -> None:
        """Serve a socket until it is closed."""
        init = orjson.loads(await socket.recv())
        async with self._pool.acquire() as connection:
            viewer = await viewer_of(connection, self._secret, init["payload"]["authorization"])
            cursor = await connection.fetchval("SELECT cursor FROM inbox WHERE member_id = $1", viewer["id"])
        await socket.send('{"type":"connection_ack"}')
        await socket.recv()
        self._cursors.setdefault(viewer["id"], cursor)
        self._sockets[viewer["id"]].add(socket)
        with suppress(ConnectionClosed):
            async for _ in socket:  # pings
                await socket.send('{"type":"pong"}')
        self._sockets[viewer["id"]].discard(socket)
        if not self._sockets[viewer["id"]]:
            del self._sockets[viewer["id"]], self._cursors[viewer["id"]]

    def wake(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        """Send a member's new notifications to their sockets."""
        member_id = UUID(str(payload))
        if member_id in self._sockets:
            task = asyncio.create_task(self._tell(member_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tell(self, member_id: UUID) -> None:
        for record in await self._pool.fetch(NEW, member_id, self._cursors[member_id]):
            if record["cursor"] > self._cursors[member_id]:
                self._cursors[member_id] = record["cursor"]
                broadcast(self._sockets[member_id], _frame(record))


def _frame(record: Any) -> str:
    notification = {
        "cursor": str(record["cursor"]),
        "kind": record["kind"],
        "text": f"{record['actor_name']} assigned {record['name']} tracker {record['number']} to you.",
        "createdAt": record["created_at"],
        "actor": {"id": global_id("Member", record["actor_id"]), "name": record["actor_name"]},
        "tracker": {
            "id": global_id("Tracker", record["id"]),
            "number": record["number"],
            "status": record["status"],
            "type": {"key": record["key"], "name": record["name"]},
        },
    }
    return orjson.dumps(
        {"type": "next", "id": "1", "payload": {"data": {"notificationReceived": notification}}}
    ).decode()


async def main() -> None:
    """Serve on a free port of this machine until a signal stops the process."""
    pool = await create_pool(database_credentials(os.environ["TRACKERS_DATABASE_URL"]))
    listeners = Listeners(pool, os.environ["TRACKERS_SECRET"].encode())
    async with pool.acquire() as connection:
        await connection.add_listener(INBOX, listeners.wake)
        protocols = [Subprotocol("graphql-transport-ws")]
        async with serve(listeners.handle, "127.0.0.1", 0, subprotocols=protocols, compression=None) as server:
            (socket,) = server.sockets
            print(f"Listening http://127.0.0.1:{socket.getsockname()[1]}", flush=True)
            await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
