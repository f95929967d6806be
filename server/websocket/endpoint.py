"""The WebSocket endpoint of ``/graphql``, which performs the handshake and limits the number of connections."""

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from server.connections.open_connections import OpenConnections
from server.connections.shared_limit import SharedLimit
from server.connections.turns import Turns
from server.execution.concurrency import ConcurrencyLimiter
from server.execution.executor_interface import Executor, MakeContext
from server.protocol.origins import OriginPolicy
from server.websocket.connection import Connection
from server.websocket.limits import SocketLimits
from services.kernel.networks import client_network

SUBPROTOCOL = "graphql-transport-ws"


class WebSocketEndpoint:
    """The ASGI endpoint for a ``WebSocketRoute``, which accepts its own origin and those that the policy allows."""

    def __init__(
        self,
        executor: Executor,
        make_context: MakeContext,
        connections: OpenConnections,
        *,
        policy: OriginPolicy,
        limits: SocketLimits | None = None,
        turns: Turns | None = None,
    ) -> None:
        self._executor = executor
        self._make_context = make_context
        self._connections = connections
        self._policy = policy
        self._limits = limits or SocketLimits()
        self._member_limiter = ConcurrencyLimiter(self._limits.connections_per_member)
        self._turns = turns or Turns()
        self._strangers = SharedLimit(per_network=self._limits.strangers_per_address, in_all=self._limits.strangers)
        self._address_limiter = ConcurrencyLimiter(self._limits.connections_per_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection until it is closed."""
        websocket = WebSocket(scope, receive, send)
        if not self._allows_origin(Headers(scope=scope)):
            await websocket.send_denial_response(self._policy.refusal())  # instead of the handshake
            return
        is_supported = SUBPROTOCOL in scope["subprotocols"]
        await websocket.accept(SUBPROTOCOL if is_supported else None)
        network = client_network(websocket.client.host if websocket.client else "")
        connection = Connection(
            websocket,
            self._executor,
            self._make_context,
            self._limits,
            self._member_limiter,
            self._strangers,
            self._turns,
        )
        has_slot = self._address_limiter.try_acquire(network)
        if not has_slot:
            connection.close_with(4429, f"At most {self._address_limiter.limit} connections at a time from one address")
        elif not is_supported:
            connection.close_with(4406, "Subprotocol not acceptable")
        try:
            with self._connections.register(connection):
                self._strangers.hold(connection, network)
                await connection.serve()
        finally:
            self._strangers.release(connection)
            if has_slot:
                self._address_limiter.release(network)

    def _allows_origin(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None or self._policy.allows(origin):
            return True
        # The scheme is not compared: behind a proxy that terminates TLS, it differs from the browser's.
        host = headers.get("host", "").lower()
        return bool(host) and origin.lower().partition("://")[2] == host
