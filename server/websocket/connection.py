"""One WebSocket connection, from the handshake to its close, by the protocol ``graphql-transport-ws``.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. Its close codes are 4400, 4401, 4403, 4406, 4408, 4409,
4429 and 4500. The WebSocket's own are used too: 1001 when the server shuts down, and 1013 for a client that does not
read what it is sent or connects while the database is away; below this, the server closes with 1007 for text that is
not UTF-8 and with 1009 for a message that is too long. 4429 also means that a member or an address has too many
connections.
"""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from server.execution.concurrency import ConcurrencyLimiter
from server.execution.executor_interface import Context, Executor, MakeContext
from server.execution.session_watch import SessionWatch
from server.observability.outage import is_outage
from server.protocol.errors import log_failure
from server.protocol.messages import MalformedRequest, Message, parse_message
from server.protocol.request_ids import new_request_id
from server.websocket.limits import SocketLimits
from server.websocket.operations import Operations
from server.websocket.send_queue import ABNORMAL_CLOSURE, SendQueue


class Connection:
    """One client's connection: a reader, the operations under way, and the queue of messages to be sent."""

    def __init__(
        self,
        websocket: WebSocket,
        executor: Executor,
        make_context: MakeContext,
        limits: SocketLimits,
        connections_by_member: ConcurrencyLimiter,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._websocket = websocket
        self._make_context = make_context
        self._limits = limits
        self._connections_by_member = connections_by_member
        self._address = websocket.client.host if websocket.client else ""
        self._authorization: str | None = None
        self._is_initialised = False
        self._closed: asyncio.Future[tuple[int, str]] = loop.create_future()
        self._shutdown: asyncio.Future[None] = loop.create_future()
        self._session = SessionWatch(self._authenticate, partial(self.close_with, 4403))
        self._init_timer = loop.call_later(limits.init_time, self.close_with, 4408, "Connection initialisation timeout")
        self._send_queue = SendQueue(
            websocket, self.close_with, max_seconds=limits.send_time, max_characters=limits.unread_length
        )
        self._operations = Operations(
            executor, self._authenticate, self._send_queue.send, self.close_with, max_operations=limits.operations
        )

    def close_with(self, code: int, reason: str) -> None:
        """Close at once with this code and reason; only the first call counts."""
        if not self._closed.done():
            self._send_queue.stop()
            # A close frame holds at most 123 bytes of reason (RFC 6455, section 5.5).
            self._closed.set_result((code, reason.encode(errors="replace")[:123].decode(errors="ignore")))

    def close(self) -> None:
        """Close with 1001 once the operations under way are answered; start no other."""
        if not self._shutdown.done():
            self._shutdown.set_result(None)

    def revalidate(self, member_id: str) -> None:
        """Close, with all operations, if the connection is this member's and its session has ended."""
        self._session.revalidate(member_id)

    async def _authenticate(self) -> Context:
        return await self._make_context(self._authorization, self._address)

    async def serve(self) -> None:
        """Serve until either side closes; then cancel every operation, and wait until each has cleaned up."""
        reader = asyncio.create_task(self._read())
        events: list[asyncio.Future[Any]] = [reader, self._closed, self._shutdown]
        try:
            await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
            reader.cancel()  # no operation is started from here on
            if self._shutdown.done():
                await self._operations.finish(self._limits.finish_time)
                self.close_with(1001, "Going away")
        finally:
            self._init_timer.cancel()
            reader.cancel()
            cancelled = [reader, *self._session.stop(), *self._operations.cancel()]
            if self._closed.done() and self._closed.result()[0] != ABNORMAL_CLOSURE:
                await self._send_close(*self._closed.result())
            await asyncio.gather(*cancelled, return_exceptions=True)
            if self._session.member_id is not None:
                self._connections_by_member.release(self._session.member_id)

    async def _send_close(self, code: int, reason: str) -> None:
        # A client that reads nothing leaves no room for the close frame either: then the connection is just dropped.
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(self._limits.close_time):
                await self._websocket.close(code, reason)

    async def _read(self) -> None:
        try:
            while True:
                event = await self._websocket.receive()
                if event["type"] == "websocket.disconnect" or self._closed.done():
                    return
                text = event.get("text")
                if text is None:
                    raise MalformedRequest("Binary messages are not part of the protocol")
                await self._handle(parse_message(text))
        except MalformedRequest as error:
            self.close_with(4400, str(error))
        except Exception as error:
            log_failure(error, new_request_id())
            # Clients connect again after 1013, but not after 4500.
            code, reason = (1013, "Try again later") if is_outage(error) else (4500, "Internal server error")
            self.close_with(code, reason)

    async def _handle(self, message: Message) -> None:
        match message.type:
            case "connection_init":
                await self._initialise(message.payload or {})
            case "ping":
                pong: dict[str, Any] = {"type": "pong"}
                await self._send_queue.send(pong if message.payload is None else {**pong, "payload": message.payload})
            case "subscribe" if not self._is_initialised:
                self.close_with(4401, "Unauthorized")
            case "subscribe":
                assert message.request is not None
                self._operations.start(message.id, message.request)
            case "complete":
                self._operations.complete(message.id)

    async def _initialise(self, payload: dict[str, Any]) -> None:
        if self._is_initialised:
            self.close_with(4429, "Too many initialisation requests")
            return
        self._is_initialised = True
        self._init_timer.cancel()
        authorization = payload.get("authorization")
        if authorization is not None and not isinstance(authorization, str):
            raise MalformedRequest("connection_init: authorization must be a string")
        self._authorization = authorization
        context = await self._authenticate()
        if authorization is not None and context.viewer is None:
            self.close_with(4403, "ForbiddenError")
        elif self._begin_session(context):
            await self._send_queue.send({"type": "connection_ack"})

    def _begin_session(self, context: Context) -> bool:
        """Begin the member's session on this connection; return False if the member has too many connections."""
        if context.member_id is not None and not self._connections_by_member.try_acquire(context.member_id):
            limit = self._connections_by_member.limit
            self.close_with(4429, f"At most {limit} connections at a time for one member")
            return False
        self._session.start(context)
        return True
