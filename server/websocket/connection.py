"""A WebSocket connection that uses the ``graphql-transport-ws`` protocol, from the handshake to its close.

See https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. The close codes are those of that protocol and some
standard ones; ``docs/api.md`` lists what each of them means here. Those for what is wrong with the bytes or frames of a
message are sent by ``server.process``.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.connections.shared_limit import SharedLimit
from server.connections.turns import TurnLostError, Turns
from server.execution.clients import client_key
from server.execution.concurrency import ConcurrencyLimiter
from server.execution.executor_interface import Context, Executor, MakeContext
from server.execution.session_watch import SessionWatch
from server.observability.outage import is_outage
from server.protocol.cancellation import aborted_if_not_cancelled
from server.protocol.errors import log_failure
from server.protocol.messages import MalformedRequest, Message, parse_message
from server.protocol.request_ids import new_request_id
from server.websocket.authorization import find_authorization
from server.websocket.close_timer import CloseTimer
from server.websocket.limits import SocketLimits
from server.websocket.operations import Operations
from server.websocket.payment import pay
from server.websocket.pings import Pings, pong
from server.websocket.send_queue import ABNORMAL_CLOSURE, SendQueue
from server.websocket.transport import EXTENSION, SocketTransport
from services.accounts.sessions.current_viewers import SessionKey

MAX_USER_AGENT_LENGTH = 200
"""The part of the header ``User-Agent`` that is kept as long as the connection is open."""

T = TypeVar("T")


class Connection:
    """The connection of one client: its reader, the running operations, and the queue of outgoing messages.

    The reader is the only task of a connection that waits.
    """

    __slots__ = (
        "_address", "_authorization", "_close_reason", "_close_timer", "_executor", "_handshake_authorization", "_is_initialised",
        "_is_shutting_down", "_lane", "_limits", "_make_context", "_member_limiter", "_operations", "_pings",
        "_send_queue", "_session", "_strangers", "_transport", "_turns", "_user_agent", "_websocket", "_work",
    )  # fmt: skip

    def __init__(
        self,
        websocket: WebSocket,
        executor: Executor,
        make_context: MakeContext,
        limits: SocketLimits,
        member_limiter: ConcurrencyLimiter,
        strangers: SharedLimit,
        turns: Turns,
    ) -> None:
        self._websocket = websocket
        self._transport: SocketTransport = websocket.scope["extensions"][EXTENSION]
        self._executor = executor
        self._make_context = make_context
        self._limits = limits
        self._member_limiter = member_limiter
        self._strangers = strangers
        self._turns = turns
        self._pings = Pings()
        self._address = websocket.client.host if websocket.client else ""
        self._lane = client_key(None, self._address)
        self._authorization: str | None = None
        self._handshake_authorization = Headers(scope=websocket.scope).getlist("authorization")
        self._user_agent = websocket.headers.get("user-agent", "")[:MAX_USER_AGENT_LENGTH]
        websocket.scope["headers"] = []  # not kept as long as the connection is open
        self._is_initialised = False
        self._close_reason: tuple[int, str] | None = None
        self._is_shutting_down = False
        self._work: asyncio.Task[Any] | None = None
        self._session = SessionWatch(self.end_session)
        self._close_timer = CloseTimer(self.close_with)
        seconds = min(limits.init_timeout, limits.stranger_seconds)
        self._close_timer.start(seconds, 4408, "Connection initialisation timeout")
        self._send_queue = SendQueue(
            self._transport, self.close_with, max_seconds=limits.send_timeout, max_bytes=limits.max_unread_bytes
        )
        self._operations = Operations(
            executor, self._authenticate, self._send_queue, self.close_with, max_operations=limits.operations
        )

    def close_with(self, code: int, reason: str) -> None:
        """Close the connection at once with this code and reason; only the first call has an effect."""
        if self._close_reason is None:
            self._send_queue.stop()
            # The reason in a close frame has at most 123 bytes (RFC 6455, section 5.5).
            self._close_reason = code, reason.encode(errors="replace")[:123].decode(errors="ignore")
            self._stop_reading()

    def close(self) -> None:
        """Start no more operations, and close with 1001 once those in progress have finished."""
        self._is_shutting_down = True
        self._stop_reading()

    def session_of(self, member_id: str) -> SessionKey | None:
        """Return the session of the connection if it belongs to this member."""
        return self._session.session_of(member_id)

    def drop(self) -> None:
        """Close the connection because there are too many without a session, of which it is the oldest."""
        self.close_with(4429, "Too many connections without a session")

    def end_session(self, reason: str) -> None:
        """Close the connection and its operations because its session has ended."""
        self.close_with(4403, reason)

    @property
    def _is_stopping(self) -> bool:
        return self._close_reason is not None or self._is_shutting_down

    def _stop_reading(self) -> None:
        self._transport.interrupt_receive()
        if self._work is not None:
            self._work.cancel()

    async def _authenticate(self) -> Context:
        with aborted_if_not_cancelled():
            return await self._make_context(self._authorization, self._address, self._user_agent)

    async def serve(self) -> None:
        """Serve the connection until either side closes it, then cancel all operations and wait for their clean-up."""
        try:
            await self._read()
            if self._is_shutting_down and self._close_reason is None:
                await self._operations.finish(self._limits.finish_timeout)
                self.close_with(1001, "Going away")
        finally:
            self._close_timer.stop()
            self._send_queue.stop()
            self._session.stop()
            cancelled = self._operations.cancel()
            if self._close_reason is not None and self._close_reason[0] != ABNORMAL_CLOSURE:
                await self._send_close(*self._close_reason)
            await asyncio.gather(*cancelled, return_exceptions=True)
            if self._session.member_id is not None:
                self._member_limiter.release(self._session.member_id)

    async def _send_close(self, code: int, reason: str) -> None:
        # If the client reads nothing, the close frame cannot be sent either, and the connection is dropped.
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(self._limits.close_timeout):
                await self._websocket.close(code, reason)

    async def _read(self) -> None:
        try:
            while not self._is_stopping:
                event = await self._websocket.receive()
                if event["type"] == "websocket.disconnect" or self._is_stopping:
                    return
                text = event.get("text")
                if text is None:
                    raise MalformedRequest("Binary messages are not part of the protocol")
                if not self._turns.try_take(self._lane):
                    await self._unless_stopping(self._turns.wait(self._lane))
                while not self._is_stopping and (seconds := pay(self._executor, self._lane, text)):
                    await self._unless_stopping(asyncio.sleep(seconds))
                if not self._is_stopping:
                    await self._handle(parse_message(text), len(text))
        except TurnLostError:
            self.close_with(4429, "Too many messages")
        except MalformedRequest as error:
            self.close_with(4400, str(error))
        except Exception as error:
            log_failure(error, new_request_id())
            # Clients reconnect after 1013, but not after 4500.
            code, reason = (1013, "Try again later") if is_outage(error) else (4500, "Internal server error")
            self.close_with(code, reason)

    async def _handle(self, message: Message, length: int) -> None:
        match message.type:
            case "connection_init":
                await self._initialise(message.payload or {})
            case "ping":
                await self._answer_ping(message, length)
            case "subscribe" if not self._is_initialised:
                self.close_with(4401, "Unauthorized")
            case "subscribe":
                assert message.request is not None
                self._operations.start(message.id, message.request)
            case "complete":
                self._operations.complete(message.id)

    async def _answer_ping(self, message: Message, length: int) -> None:
        """Answer a ping; read no more of a client that sends too many of them, or does not read the answers."""
        answer = pong(message, length)
        while not self._is_stopping and (seconds := self._pings.take()):
            await self._unless_stopping(asyncio.sleep(seconds))
        if not self._send_queue.send(answer):
            await self._send_queue.drain()

    async def _initialise(self, payload: dict[str, Any]) -> None:
        if self._is_initialised:
            self.close_with(4429, "Too many initialisation requests")
            return
        self._is_initialised = True
        self._close_timer.stop()
        self._authorization = find_authorization(payload, self._handshake_authorization)
        context = await self._unless_stopping(self._authenticate())
        if context is None:
            return
        if self._authorization is not None and context.viewer is None:
            self.close_with(4403, "Forbidden")
        elif self._begin_session(context):
            self._send_queue.send({"type": "connection_ack"})

    async def _unless_stopping(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Return what the work returns, or None if the connection began to close meanwhile."""
        self._work = task = asyncio.create_task(work)
        try:
            return await task
        except asyncio.CancelledError:
            if self._is_stopping:
                return None
            raise
        finally:
            self._work = None

    def _begin_session(self, context: Context) -> bool:
        """Start watching the session, or close the connection and return False if the member has too many of them."""
        if context.member_id is not None and not self._member_limiter.try_acquire(context.member_id):
            limit = self._member_limiter.limit
            self.close_with(4429, f"At most {limit} connections at a time for one member")
            return False
        self._session.start(context)
        if context.member_id is not None:
            self._lane = client_key(context.member_id, self._address)
            self._strangers.release(self)
            self._transport.allow_session()
            return True
        seconds = self._limits.stranger_seconds  # no longer than is enough to sign in
        self._close_timer.start(seconds, 4403, f"Forbidden: no session within {seconds:g} seconds")
        return True
