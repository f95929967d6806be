"""Reading a WebSocket: one message at a time, no faster than the application handles them, and within limits.

The limits hold before anything is parsed. What is not read stays with the operating system, and finally with the client.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from server.connections.allowance import Allowance
from server.process.websocket_frames import MAX_CONTROL_PAYLOAD, FrameBuffer, Head, Violation

MAX_FRAMES: Final = 64
"""How many frames are parsed, if none completes a message, before others get their turn."""
FREE_FRAGMENTS: Final = 64
FRAGMENT_BYTES: Final = 512
"""A message may have so many fragments more as it has multiples of these bytes."""
PINGS: Final = 20.0
"""How many pings and pongs a client may send at once."""
PINGS_PER_SECOND: Final = 1.0


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What a client may send: the size of a message, the seconds in which it arrives, and how long it may be ahead."""

    message_bytes: int
    message_seconds: float
    has_session: bool
    ahead_seconds: float = 10.0


class FrameReader:
    """Takes the frames of one connection from a buffer, and checks them.

    ``parse`` is called with each whole frame, and ``fail`` with the first violation, after which no frame is taken.
    """

    __slots__ = ("_fail", "_fragments", "_message_bytes", "_parse", "_pings", "_timer", "_waits_for", "buffer", "ignores_messages", "is_failed", "limits")  # fmt: skip

    def __init__(
        self, limits: ReadingLimits, parse: Callable[[bytes], None], fail: Callable[[Violation], None]
    ) -> None:
        self.limits = limits
        self.buffer = FrameBuffer()
        self.is_failed = False
        self.ignores_messages = False
        """Whether only control frames are of interest, because the connection is being closed."""
        self._parse = parse
        self._fail = fail
        self._message_bytes = 0
        self._fragments = 0
        self._pings: Allowance | None = None
        self._waits_for: Violation | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def held_bytes(self) -> int:
        """Return how many bytes are kept: those not parsed, and the fragments of a message that is not complete."""
        return len(self.buffer) + self._message_bytes

    @property
    def is_ahead(self) -> bool:
        """Return whether a whole frame waits for the application."""
        return self._waits_for is Violation.TOO_FAST

    def read(self, wants_more: Callable[[], bool]) -> bool:
        """Parse frames until the application wants no more; return whether to go on in the next iteration of the loop."""
        for _ in range(MAX_FRAMES):
            head = self.buffer.head()
            if self.is_failed or (head is not None and not self._check_size(head)):
                return False
            if head is None or not self.buffer.has(head):
                self._wait_for(Violation.TOO_SLOW if self.held_bytes else None)
                return False
            if not wants_more():
                self._wait_for(Violation.TOO_FAST)
                return False
            if not self._check_number(head):
                return False
            frame = self.buffer.take(head.size + head.payload)
            if head.is_control or not self.ignores_messages:
                self._parse(frame)
            self._count(head)
        return True

    def stop(self) -> None:
        """Take no more frames, and forget what is kept."""
        self.is_failed = True
        self.buffer.clear()
        self._message_bytes = 0
        self._wait_for(None)

    def violate(self, violation: Violation) -> None:
        """Take no more frames, because of a violation."""
        if not self.is_failed:
            self.stop()
            self._fail(violation)

    def _check_size(self, head: Head) -> bool:
        if head.is_control:
            if head.payload > MAX_CONTROL_PAYLOAD:
                self.violate(Violation.LONG_CONTROL_FRAME)
        elif self._message_bytes + head.payload > self.limits.message_bytes:
            has_session = self.limits.has_session
            self.violate(Violation.TOO_LONG if has_session else Violation.TOO_LONG_WITHOUT_SESSION)
        return not self.is_failed

    def _check_number(self, head: Head) -> bool:
        if head.is_control:
            if self._pings is None:
                self._pings = Allowance(PINGS, PINGS_PER_SECOND)
            if self._pings.take():
                self.violate(Violation.TOO_MANY_PINGS)
        elif self._fragments > FREE_FRAGMENTS + self._message_bytes // FRAGMENT_BYTES:
            self.violate(Violation.TOO_MANY_FRAGMENTS)
        return not self.is_failed

    def _count(self, head: Head) -> None:
        if self.is_failed or head.is_control:
            return
        if head.is_final:
            self._message_bytes = self._fragments = 0
            if self._waits_for is Violation.TOO_SLOW:
                self._wait_for(None)
        else:
            self._message_bytes += head.payload
            self._fragments += 1

    def _wait_for(self, violation: Violation | None) -> None:
        """Allow some time until the client, or the application, has got further."""
        if violation is self._waits_for:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waits_for = violation
        if violation is not None:
            seconds = self.limits.message_seconds if violation is Violation.TOO_SLOW else self.limits.ahead_seconds
            self._timer = asyncio.get_running_loop().call_later(seconds, self.violate, violation)
