"""The queue of messages for a client that reads nothing: their order, and what is dropped."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from server.protocol.messages import encode
from server.websocket.send_queue import TOO_SLOW, SendQueue


class Transport:
    """A connection whose client reads when ``is_writable`` is set."""

    on_writable: Callable[[], None] | None = None
    is_writable = False

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write_text(self, parts: Sequence[bytes]) -> bool:
        self.written.append(b"".join(parts))
        return True

    def interrupt_receive(self) -> None:
        raise NotImplementedError

    def allow_session(self) -> None:
        raise NotImplementedError

    def read(self) -> list[bytes]:
        """Let the client read what waits."""
        self.is_writable = True
        assert self.on_writable is not None
        self.on_writable()
        return self.written


def message(operation_id: str, text: str = "") -> dict[str, Any]:
    return {"type": "next", "id": operation_id, "payload": text}


def queue(transport: Transport, closed: list[object], *, max_bytes: int = 10_000) -> SendQueue:
    return SendQueue(transport, lambda *reason: closed.append(reason), max_seconds=60.0, max_bytes=max_bytes)


async def test_what_is_discarded_is_not_sent_and_the_rest_is_in_order() -> None:
    transport = Transport()
    closed: list[object] = []
    messages = queue(transport, closed)
    for operation_id in ("a", "b", "a", "c", "b"):
        assert not messages.send(message(operation_id))
    messages.discard("a")
    messages.discard("unknown")
    assert [messages.has(operation_id) for operation_id in ("a", "b", "c")] == [False, True, True]
    messages.send(message("a", "again"))
    sent = [message("b"), message("c"), message("b"), message("a", "again")]
    assert transport.read() == [encode(each) for each in sent]
    assert not any(messages.has(operation_id) for operation_id in ("a", "b", "c"))
    assert messages.send(message("d"))
    assert closed == []


async def test_who_drains_goes_on_when_the_last_message_is_discarded() -> None:
    transport = Transport()
    messages = queue(transport, [])
    messages.send(message("a"))
    draining = asyncio.create_task(messages.drain())
    await asyncio.sleep(0)
    messages.discard("a")
    await asyncio.wait_for(draining, 1)
    assert transport.read() == []


async def test_what_is_discarded_or_written_no_longer_counts_as_unread() -> None:
    transport = Transport()
    closed: list[object] = []
    messages = queue(transport, closed, max_bytes=3 * len(encode(message("a"))))
    for operation_id in ("a", "b", "c"):
        messages.send(message(operation_id))
    messages.discard("b")
    messages.send(message("d"))
    assert closed == []
    messages.send(message("e"))
    assert closed == [TOO_SLOW]
