"""One client of the socket, by the text of the protocol `graphql-transport-ws`.

Close codes are the protocol's (4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500) and the WebSocket's own: 1001 when
the server goes, 1013 for a client that does not read what it is sent or comes while the database is away, and from
the server below 1007 for text that is none and 1009 for a message too long. 4429 also says that a member or an address
has too many connections.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from server.execution.executor import Context, Executor, MakeContext
from server.execution.session_watch import SessionWatch
from server.execution.tally import LimitedCounter
from server.limits import Limits
from server.observability.outage import is_outage
from server.protocol.errors import log_failure
from server.protocol.messages import MalformedRequest, Message, parse_message
from server.protocol.request_ids import new_request_id
from server.websocket.operations import Operations
from server.websocket.send_queue import CUT, Outgoing

_DEFAULT = Limits()


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """What sockets may take: times in seconds, lengths in characters, and how many at a time in one process."""

    init_time: float = 10.0
    send_time: float = 30.0
    close_time: float = 4.0
    finish_time: float = 10.0
    """For what is under way when the server goes."""
    unread_length: int = 4_194_304
    """Of what one client may leave waiting."""
    operations: int = _DEFAULT.socket_operations
    """Of one connection."""
    connections_of_member: int = _DEFAULT.sockets_per_member
    connections_of_address: int = _DEFAULT.sockets_per_address


class Connection:
    """One client: a reader, what it has under way, and what it is sent."""

    def __init__(
        self,
        websocket: WebSocket,
        executor: Executor,
        make_context: MakeContext,
        limits: SocketLimits,
        members: LimitedCounter,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._websocket = websocket
        self._make_context = make_context
        self._limits = limits
        self._members = members
        self._address = websocket.client.host if websocket.client else ""
        self._authorization: str | None = None
        self._initialised = False
        self._ended: asyncio.Future[tuple[int, str]] = loop.create_future()
        self._left: asyncio.Future[None] = loop.create_future()
        self._session = SessionWatch(self._enter, partial(self.end, 4403))
        self._timer = loop.call_later(limits.init_time, self.end, 4408, "Connection initialisation timeout")
        self._outgoing = Outgoing(websocket, self.end, seconds=limits.send_time, characters=limits.unread_length)
        self._operations = Operations(executor, self._enter, self._outgoing.send, self.end, most=limits.operations)

    def end(self, code: int, reason: str) -> None:
        """Have the connection closed with this code at once; the first one to say so is heard."""
        if not self._ended.done():
            self._outgoing.stop()
            # A close frame holds at most 123 bytes of reason.
            self._ended.set_result((code, reason.encode(errors="replace")[:123].decode(errors="ignore")))

    def leave(self) -> None:
        """Have the connection closed with 1001 once what is under way is answered; nothing new is begun."""
        if not self._left.done():
            self._left.set_result(None)

    def recall(self, member_id: str) -> None:
        """Close, with what is under way, if this is the member's and its authorization holds no longer."""
        self._session.recall(member_id)

    async def _enter(self) -> Context:
        return await self._make_context(self._authorization, self._address)

    async def serve(self) -> None:
        """Read until either side closes, then stop every operation and wait until each has cleaned up."""
        reader = asyncio.create_task(self._read())
        signals: list[asyncio.Future[Any]] = [reader, self._ended, self._left]
        try:
            await asyncio.wait(signals, return_when=asyncio.FIRST_COMPLETED)
            reader.cancel()  # nothing new is begun
            if self._left.done():
                await self._operations.finish(self._limits.finish_time)
                self.end(1001, "Going away")
        finally:
            self._timer.cancel()
            reader.cancel()
            stopped = [reader, *self._session.stop(), *self._operations.cancel()]
            if self._ended.done() and self._ended.result()[0] != CUT:
                await self._close(*self._ended.result())
            await asyncio.gather(*stopped, return_exceptions=True)
            if self._session.member_id is not None:
                self._members.give_back(self._session.member_id)

    async def _close(self, code: int, reason: str) -> None:
        # A client that does not read leaves no room for the close frame either: then only the line is cut.
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(self._limits.close_time):
                await self._websocket.close(code, reason)

    async def _read(self) -> None:
        try:
            while True:
                event = await self._websocket.receive()
                if event["type"] == "websocket.disconnect" or self._ended.done():
                    return
                text = event.get("text")
                if text is None:
                    raise MalformedRequest("Binary messages are not part of the protocol")
                await self._handle(parse_message(text))
        except MalformedRequest as error:
            self.end(4400, str(error))
        except Exception as bug:
            log_failure(bug, new_request_id())
            # 1013 has clients come back; after 4500 they stay away.
            self.end(*((1013, "Try again later") if is_outage(bug) else (4500, "Internal server error")))

    async def _handle(self, message: Message) -> None:
        match message.type:
            case "connection_init":
                await self._initialise(message.payload or {})
            case "ping":
                pong: dict[str, Any] = {"type": "pong"}
                await self._outgoing.send(pong if message.payload is None else {**pong, "payload": message.payload})
            case "subscribe" if not self._initialised:
                self.end(4401, "Unauthorized")
            case "subscribe":
                assert message.request is not None
                self._operations.begin(message.id, message.request)
            case "complete":
                self._operations.complete(message.id)

    async def _initialise(self, payload: dict[str, Any]) -> None:
        if self._initialised:
            self.end(4429, "Too many initialisation requests")
            return
        self._initialised = True
        self._timer.cancel()
        authorization = payload.get("authorization")
        if authorization is not None and not isinstance(authorization, str):
            raise MalformedRequest("connection_init: authorization must be a string")
        self._authorization = authorization
        context = await self._enter()
        if authorization is not None and context.viewer is None:
            self.end(4403, "ForbiddenError")
        elif self._belongs_to(context):
            await self._outgoing.send({"type": "connection_ack"})

    def _belongs_to(self, context: Context) -> bool:
        """Make it the member's, for as long as their token holds; False where they have too many already."""
        if context.member_id is not None and not self._members.take(context.member_id):
            self.end(4429, f"At most {self._members.most} connections at a time for one member")
            return False
        self._session.begin(context)
        return True
