"""Sending requests for some seconds over kept-alive connections, one at a time on each.

It parses no more of an answer than where it ends, so that it takes a small part of a core; ``Load.cpu_seconds`` tells how
much.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

GRACE_SECONDS = 60.0
"""How long the last answers may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be sent: for each connection its port on this machine, and the requests that it repeats in turn."""

    connections: Sequence[tuple[int, Sequence[bytes]]]
    seconds: float
    warm_up: float
    """Seconds before the measured ones."""
    at_most: int = 10**9
    """How many requests each connection sends at most after the warm-up, for tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came back: the latencies in seconds of answers after the warm-up, in how many seconds, and the number of all."""

    latencies: Sequence[float]
    seconds: float
    answered: int
    failed: int
    cpu_seconds: float


@dataclass(slots=True)
class Clock:
    """When measuring begins, when the last requests are sent, and what was counted."""

    begins: float
    ends: float
    last_at: float = 0.0
    latencies: list[float] = field(default_factory=list)
    answered: int = 0
    failed: int = 0


class Connection(asyncio.Protocol):
    """A connection that sends its next request when it has received the answer to the last one."""

    def __init__(self, requests: Sequence[bytes], clock: Clock, at_most: int) -> None:
        self._requests = requests
        self._clock = clock
        self._left = at_most
        self._sent = 0
        self._sent_at = 0.0
        self._buffer = b""
        self._end = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def send(self) -> None:
        """Send the next request, or finish if the time is over."""
        self._sent_at = time.perf_counter()
        if self._sent_at >= self._clock.ends or not self._left:
            self._transport.close()
            self._finish()
            return
        if self._sent_at >= self._clock.begins:  # so that quick answers in the warm-up leave some to measure
            self._left -= 1
        self._transport.write(self._requests[self._sent % len(self._requests)])
        self._sent += 1

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._end:
            head = self._buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            self._end = head + 4 + _content_length(self._buffer[:head].lower())
        if len(self._buffer) >= self._end:
            self._answered()

    def _answered(self) -> None:
        now, clock = time.perf_counter(), self._clock
        clock.answered += 1
        body_at = self._buffer.find(b"\r\n\r\n") + 4
        if (
            not self._buffer.startswith(b"HTTP/1.1 200 ")
            or b'"errors":[{' in self._buffer[-200:]
            or self._buffer[body_at : body_at + 7] != b'{"data"'
        ):
            clock.failed += 1
        if now >= clock.begins:
            clock.latencies.append(now - self._sent_at)
            clock.last_at = now
        self._buffer, self._end = b"", 0
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self._clock.failed += 1
            self._finish()

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _content_length(head: bytes) -> int:
    _, _, after = head.partition(b"content-length:")
    return int(after.partition(b"\r\n")[0])


async def send_load(job: Job) -> Load:
    """Open the connections, send requests until the time is over, and return what came back."""
    loop = asyncio.get_running_loop()
    clock = Clock(begins=0, ends=float("inf"))
    connections = []
    for port, requests in job.connections:
        _, connection = await loop.create_connection(
            lambda requests=requests: Connection(requests, clock, job.at_most),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        connections.append(connection)
    clock.begins = time.perf_counter() + job.warm_up
    clock.ends = clock.begins + job.seconds
    for connection in connections:
        connection.send()
    async with asyncio.timeout(job.warm_up + job.seconds + GRACE_SECONDS):
        await asyncio.gather(*(connection.done for connection in connections))
    return Load(
        latencies=clock.latencies,
        seconds=clock.last_at - clock.begins,
        answered=clock.answered,
        failed=clock.failed,
        cpu_seconds=time.process_time(),
    )
