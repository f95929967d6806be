"""The messages to a client, which are written at once, or wait until the client has read enough."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from server.protocol.messages import encode
from server.websocket.transport import SocketTransport

ABNORMAL_CLOSURE = 1006
"""The code for a lost connection, which is never sent (RFC 6455, section 7.4.1)."""
TOO_SLOW = (1013, "Too slow; resume with `after`")

CloseConnection: TypeAlias = Callable[[int, str], None]
"""Closes the connection with a code and a reason; only the first call has an effect."""

_Parts: TypeAlias = Sequence[bytes]


@dataclass(eq=False, slots=True)
class _Message:
    """A message that waits, of an operation if it has an id."""

    parts: _Parts
    operation_id: str | None
    on_written: Callable[[], None] | None

    @property
    def length(self) -> int:
        return sum(map(len, self.parts))


class _Waiting:
    """The messages that wait, in their order, and those of an operation.

    A client that reads nothing can make tens of thousands wait, so none of the methods looks at all of them.
    """

    __slots__ = ("_by_operation", "_messages", "length")

    def __init__(self) -> None:
        self._messages: OrderedDict[_Message, None] = OrderedDict()
        self._by_operation: dict[str, list[_Message]] = {}
        self.length = 0

    def __len__(self) -> int:
        return len(self._messages)

    def has(self, operation_id: str) -> bool:
        return operation_id in self._by_operation

    def append(self, message: _Message) -> None:
        self._messages[message] = None
        self.length += message.length
        if message.operation_id is not None:
            self._by_operation.setdefault(message.operation_id, []).append(message)

    def pop_first(self) -> _Message:
        message, _ = self._messages.popitem(last=False)
        self.length -= message.length
        if message.operation_id is not None:
            of_operation = self._by_operation[message.operation_id]
            del of_operation[0]
            if not of_operation:
                del self._by_operation[message.operation_id]
        return message

    def discard(self, operation_id: str) -> None:
        for message in self._by_operation.pop(operation_id, ()):
            del self._messages[message]
            self.length -= message.length


class SendQueue:
    """The outgoing messages of all operations of a connection, in the order in which they are sent.

    Only after its message has been written does a subscription take its next event, so that the events for a slow
    client stay in the database. If the waiting messages exceed ``max_bytes`` (a single message may be longer), or one
    waits longer than ``max_seconds``, the connection is closed with 1013. A message is kept in the parts that it is
    made of, because the same result may wait for many clients.
    """

    __slots__ = ("_close", "_drained", "_is_stopped", "_max_bytes", "_max_seconds", "_timer", "_transport", "_waiting")  # fmt: skip

    def __init__(
        self, transport: SocketTransport, close: CloseConnection, *, max_seconds: float, max_bytes: int
    ) -> None:
        self._transport = transport
        self._close = close
        self._max_seconds = max_seconds
        self._max_bytes = max_bytes
        self._waiting: _Waiting | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._drained: asyncio.Future[None] | None = None
        self._is_stopped = False
        transport.on_writable = self._write_waiting

    def send(self, message: dict[str, Any]) -> bool:
        """Send a message, unless the connection is closing; return whether it has been written."""
        return self.put((encode(message),), message.get("id"))

    def put(self, parts: _Parts, operation_id: str | None = None, on_written: Callable[[], None] | None = None) -> bool:
        """Send a message that is encoded in parts; return whether it has been written, else ``on_written`` is called."""
        if self._is_stopped:
            return False
        if not self._waiting and self._transport.is_writable:
            self._write(parts)
            return True
        message = _Message(parts, operation_id, on_written)
        if self._waiting and self._waiting.length + message.length > self._max_bytes:
            self._close(*TOO_SLOW)
            return False
        if self._waiting is None:
            self._waiting = _Waiting()
        self._waiting.append(message)
        if self._timer is None:
            self._start_timer()
        return False

    def has(self, operation_id: str) -> bool:
        """Return whether a message of an operation waits."""
        return self._waiting is not None and self._waiting.has(operation_id)

    def discard(self, operation_id: str) -> None:
        """Drop the messages of an operation that wait: its client has completed it, and may use the id again."""
        if self._waiting is None:
            return
        self._waiting.discard(operation_id)
        if not self._waiting:
            self._waiting = None
            self._end_waiting()

    async def drain(self) -> None:
        """Wait until all messages have been written, or the connection is closing."""
        if self._waiting and not self._is_stopped:
            if self._drained is None:
                self._drained = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._drained)

    def stop(self) -> None:
        """Stop sending, and drop the waiting messages."""
        self._is_stopped = True
        self._waiting = None
        self._end_waiting()

    def _write(self, parts: _Parts) -> None:
        if not self._transport.write_text(parts):  # the connection is lost, which its reader will also notice
            self._close(ABNORMAL_CLOSURE, "")

    def _write_waiting(self) -> None:
        """Write what waits, as far as the client reads."""
        has_written = False
        while self._waiting and self._transport.is_writable:
            message = self._waiting.pop_first()
            self._write(message.parts)
            has_written = True
            if message.on_written is not None:
                message.on_written()
        if not self._waiting:
            self._waiting = None
            self._end_waiting()
        elif has_written:
            self._start_timer()

    def _start_timer(self) -> None:
        """Allow ``max_seconds`` for the first of the waiting messages."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._max_seconds, self._close, *TOO_SLOW)

    def _end_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._drained is not None:
            if not self._drained.done():
                self._drained.set_result(None)
            self._drained = None
