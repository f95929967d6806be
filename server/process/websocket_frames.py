"""The bytes that a WebSocket has received, from which one frame after another is taken (RFC 6455, section 5.2).

The library would parse all that has arrived at once: tens of thousands of frames, if they are small.
"""

import enum
from typing import NamedTuple

MAX_CONTROL_PAYLOAD = 125


class Head(NamedTuple):
    """What the head of a frame declares."""

    opcode: int
    is_final: bool
    """Whether it is the last frame of its message."""
    is_masked: bool
    size: int
    """The bytes of the head, the masking key included."""
    payload: int
    """The bytes of the payload."""

    @property
    def is_control(self) -> bool:
        """Return whether it is a close, ping or pong frame, which may stand between the fragments of a message."""
        return bool(self.opcode & 0x8)


class FrameBuffer:
    """Bytes that have not been parsed yet. It takes no memory while it is empty."""

    __slots__ = ("_bytes",)

    def __init__(self) -> None:
        self._bytes: bytearray | None = None

    def __len__(self) -> int:
        return len(self._bytes or b"")

    def append(self, data: bytes) -> None:
        """Add bytes that have been received."""
        if self._bytes is None:
            self._bytes = bytearray(data)
        else:
            self._bytes += data

    def clear(self) -> None:
        """Forget all bytes."""
        self._bytes = None

    def head(self) -> Head | None:
        """Return the head of the next frame, or None if it has not arrived."""
        data = self._bytes
        if data is None or len(data) < 2:
            return None
        is_masked, length = bool(data[1] & 0x80), data[1] & 0x7F
        extended = {126: 2, 127: 8}.get(length, 0)
        if len(data) < 2 + extended:
            return None
        payload = int.from_bytes(data[2 : 2 + extended], "big") if extended else length
        return Head(data[0] & 0x0F, bool(data[0] & 0x80), is_masked, 2 + extended + 4 * is_masked, payload)

    def has(self, head: Head) -> bool:
        """Return whether the whole frame with this head has arrived."""
        return len(self) >= head.size + head.payload

    def take(self, length: int) -> bytes:
        """Remove and return the first bytes."""
        assert self._bytes is not None
        taken = bytes(self._bytes[:length])
        del self._bytes[:length]
        if not self._bytes:
            self._bytes = None
        return taken


class Violation(enum.Enum):
    """Why a connection is closed for the frames that its client sends: the close code, and the reason."""

    TOO_LONG = 1009, "Message too long"
    TOO_LONG_WITHOUT_SESSION = 4403, "Forbidden: messages without a session must be shorter"
    TOO_SLOW = 4408, "Message timeout"
    TOO_MANY_FRAGMENTS = 1008, "Too many small fragments"
    TOO_MANY_PINGS = 4429, "Too many pings"
    TOO_FAST = 4429, "Messages arrive faster than they can be handled"
    TOO_MUCH = 1013, "Too much is arriving at once; try again later"
    LONG_CONTROL_FRAME = 1002, "Control frame too long"
