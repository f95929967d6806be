"""One client of the socket, by the text of the protocol `graphql-transport-ws`.

Close codes are the protocol's (4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500) and the WebSocket's own: 1001 when
the server goes, 1009 for a message too long, 1013 for a client that does not read what it is sent, or
comes while the database is away.
"""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graphql import OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.errors import bug_answer, log_what_failed, new_request_id, refusal
from server.execution import Executor, MakeContext, RequestRefused, refused
from server.messages import Malformed, Message, Request, encode, parse_message
from server.outage import is_outage

__all__ = ["Connection", "SocketLimits"]

CUT = 1006
"""The code that is never sent: the line is gone already."""


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """What one connection may take: times in seconds, the message's length in characters."""

    init_time: float = 10.0
    send_time: float = 30.0
    close_time: float = 10.0
    operations: int = 100
    message_length: int = 1_048_576


class Connection:
    """One client: a reader, a task for each operation, and one lock through which all of them write."""

    def __init__(
        self,
        websocket: WebSocket,
        executor: Executor,
        make_context: MakeContext,
        closing: type[Exception],
        limits: SocketLimits,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._websocket = websocket
        self._executor = executor
        self._make_context = make_context
        self._closing = closing
        self._limits = limits
        self._loop = loop
        self._address = websocket.client.host if websocket.client else ""
        self._authorization: str | None = None
        self._member_id: str | None = None
        self._initialised = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        self._ended: asyncio.Future[tuple[int, str]] = loop.create_future()
        self._timer = loop.call_later(limits.init_time, self.end, 4408, "Connection initialisation timeout")

    def end(self, code: int, reason: str) -> None:
        """Have the connection closed with this code; the first one to say so is heard."""
        if not self._ended.done():
            # A close frame holds at most 123 bytes of reason.
            self._ended.set_result((code, reason.encode(errors="replace")[:123].decode(errors="ignore")))

    def recall(self, member_id: str) -> None:
        """Close, with what is under way, if this is the member's and its authorization holds no longer."""
        if self._member_id == member_id:
            task = asyncio.create_task(self._ask_again())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _ask_again(self) -> None:
        # Where it cannot be asked now, whatever the client does next is asked for itself.
        with suppress(Exception):
            if (await self._make_context(self._authorization, self._address)).viewer is None:
                self.end(4403, "The session has ended.")

    async def serve(self) -> None:
        """Read until either side closes, then stop every operation and wait until each has cleaned up."""
        reader = asyncio.create_task(self._read())
        either: list[asyncio.Future[Any]] = [reader, self._ended]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._timer.cancel()
            unfinished = [reader, *self._tasks]
            for task in unfinished:
                task.cancel()
            if self._ended.done() and self._ended.result()[0] != CUT:
                await self._close(*self._ended.result())
            await asyncio.gather(*unfinished, return_exceptions=True)

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
                    raise Malformed("Binary messages are not part of the protocol")
                if len(text) > self._limits.message_length:
                    self.end(1009, "Message too long")
                    return
                await self._handle(parse_message(text))
        except Malformed as error:
            self.end(4400, str(error))
        except Exception as bug:
            log_what_failed(bug, new_request_id())
            # 1013 has clients come back; after 4500 they stay away.
            self.end(*((1013, "Try again later") if is_outage(bug) else (4500, "Internal server error")))

    async def _handle(self, message: Message) -> None:
        match message.type:
            case "connection_init":
                await self._initialise(message.payload or {})
            case "ping":
                pong: dict[str, Any] = {"type": "pong"}
                await self._send(pong if message.payload is None else {**pong, "payload": message.payload})
            case "subscribe":
                assert message.request is not None
                self._begin(message.id, message.request)
            case "complete":
                if task := self._operations.pop(message.id, None):
                    task.cancel()

    async def _initialise(self, payload: dict[str, Any]) -> None:
        if self._initialised:
            self.end(4429, "Too many initialisation requests")
            return
        self._initialised = True
        self._timer.cancel()
        authorization = payload.get("authorization")
        if authorization is not None and not isinstance(authorization, str):
            raise Malformed("connection_init: authorization must be a string")
        self._authorization = authorization
        context = await self._make_context(authorization, self._address)
        if authorization is not None and context.viewer is None:
            self.end(4403, "Forbidden")
            return
        self._member_id = context.member_id
        if context.expires_at is not None:
            left = (context.expires_at - datetime.now(UTC)).total_seconds()
            self._timer = self._loop.call_later(left, self.end, 4403, "Session expired")
        await self._send({"type": "connection_ack"})

    def _begin(self, identifier: str, request: Request) -> None:
        if not self._initialised:
            self.end(4401, "Unauthorized")
        elif identifier in self._operations:
            self.end(4409, f"Subscriber for {identifier} already exists")
        else:
            # Counted on arrival: by the time that a burst's tasks run, all of them are there.
            full = len(self._tasks) >= self._limits.operations
            task = asyncio.create_task(self._operate(identifier, request, full=full))
            self._operations[identifier] = task
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _operate(self, identifier: str, request: Request, *, full: bool) -> None:
        request_id = new_request_id()
        try:
            errors = self._too_many() if full else await self._answer(identifier, request, request_id)
        except self._closing as ended:
            self.end(4403, str(ended))
            return
        except RequestRefused as refusal_:
            errors = refused(refusal_)["errors"]
        except Exception as bug:
            errors = bug_answer(bug, request_id)["errors"]
        if self._operations.get(identifier) is asyncio.current_task():
            del self._operations[identifier]
            last = {"type": "error", "id": identifier, "payload": errors}
            await self._send(last if errors else {"type": "complete", "id": identifier})

    def _too_many(self) -> list[dict[str, Any]]:
        message = f"At most {self._limits.operations} operations at a time on one connection"
        return list(refusal(message, "TOO_MANY_OPERATIONS")["errors"])

    async def _answer(self, identifier: str, request: Request, request_id: str) -> list[dict[str, Any]]:
        """Send what the operation yields; return the errors that ended it, if any did."""
        context = await self._make_context(self._authorization, self._address)
        operation = self._executor.prepare(request, context)
        if operation.type is not OperationType.SUBSCRIPTION:
            return await self._next(identifier, await self._executor.run(operation, context, request_id))
        answers = self._executor.subscribe(operation, context, request_id, self._closing)
        async with aclosing(answers):
            async for answer in answers:
                if errors := await self._next(identifier, answer):
                    return errors
        return []

    async def _next(self, identifier: str, answer: dict[str, Any]) -> list[dict[str, Any]]:
        if "data" not in answer:
            return list(answer["errors"])
        await self._send({"type": "next", "id": identifier, "payload": answer})
        # Neither a ready generator nor an empty send buffer ever waits: let the reader and the others have a turn.
        await asyncio.sleep(0)
        return []

    async def _send(self, message: dict[str, Any]) -> None:
        async with self._writing:
            if self._ended.done():
                return
            try:
                async with asyncio.timeout(self._limits.send_time):
                    await self._websocket.send_text(encode(message).decode())
            except TimeoutError:
                self.end(1013, "Too slow; resume with `after`")
            except (WebSocketDisconnect, RuntimeError):  # the line was cut; the reader hears of it too
                self.end(CUT, "")
