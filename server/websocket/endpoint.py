"""GraphQL over a WebSocket: who may connect, and the subprotocol `graphql-transport-ws`, no other.

The messages and close codes after the handshake are `connection`'s.
"""

import asyncio
from collections.abc import Collection
from typing import Any

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from server.execution.concurrency import network_of
from server.execution.executor import Executor, MakeContext
from server.execution.tally import LimitedCounter
from server.websocket.connection import Connection, SocketLimits

SUBPROTOCOL = "graphql-transport-ws"


class WebSocketEndpoint:
    """The ASGI endpoint of `ws /graphql`; give it to a `WebSocketRoute`.

    `allowed_origins` are those beside the server's own.
    """

    def __init__(
        self,
        executor: Executor,
        make_context: MakeContext,
        *,
        allowed_origins: Collection[str] = (),
        limits: SocketLimits | None = None,
    ) -> None:
        self._executor = executor
        self._make_context = make_context
        self._limits = limits or SocketLimits()
        self._allowed_origins = frozenset(origin.lower() for origin in allowed_origins)
        self._members = LimitedCounter(self._limits.connections_of_member)
        self._addresses = LimitedCounter(self._limits.connections_of_address)
        self._connections: dict[asyncio.Task[Any], Connection] = {}
        self._going = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until it is closed."""
        websocket = WebSocket(scope, receive, send)
        if not self._allows(websocket):
            await websocket.close(1008, "Origin not allowed")  # before the handshake: the server answers 403
            return
        spoken = SUBPROTOCOL in websocket.scope["subprotocols"]
        await websocket.accept(SUBPROTOCOL if spoken else None)
        connection = Connection(websocket, self._executor, self._make_context, self._limits, self._members)
        address = network_of(websocket.client.host if websocket.client else "")
        counted = self._addresses.take(address)
        if self._going:
            connection.end(1001, "Going away")
        elif not counted:
            connection.end(4429, f"At most {self._addresses.most} connections at a time from one address")
        elif not spoken:
            connection.end(4406, "Subprotocol not acceptable")
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = connection
        try:
            await connection.serve()
        finally:
            del self._connections[task]
            if counted:
                self._addresses.give_back(address)

    def _allows(self, websocket: WebSocket) -> bool:
        origin = websocket.headers.get("origin")
        if origin is None or origin.lower() in self._allowed_origins:
            return True
        # The scheme is left out: behind a proxy that ends TLS it is not the browser's.
        host = websocket.headers.get("host", "").lower()
        return bool(host) and origin.lower().partition("://")[2] == host

    def recall(self, member_id: str) -> None:
        """Have every connection of a member ask whether its authorization holds, and close where it does not."""
        for connection in self._connections.values():
            connection.recall(member_id)

    async def shutdown(self) -> None:
        """Close every connection with 1001 once what is under way is answered, and wait for them."""
        self._going = True
        for connection in self._connections.values():
            connection.leave()
        if self._connections:
            await asyncio.wait(list(self._connections))
