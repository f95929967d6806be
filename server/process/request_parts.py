"""Bytes that a connection has received, cut where the heads and the bodies of requests end.

The parser would go on to the next requests: a client that sends thousands of small ones behind one another (pipelining)
would have all of them parsed and kept before the first is answered.
"""

from typing import Final

HEAD_END: Final = b"\r\n\r\n"
MAX_PART: Final = 4_096
"""The longest part of which it is not known where the request ends: an incomplete head, or chunks of a body."""


class RequestParts:
    """Bytes that have not been parsed yet, of which one part after another is taken."""

    __slots__ = ("_data", "_start")

    def __init__(self) -> None:
        self._data = b""
        self._start = 0

    def __len__(self) -> int:
        return len(self._data) - self._start

    def append(self, data: bytes) -> None:
        """Add bytes that have been received."""
        self._data = self._data[self._start :] + data if self._data else data
        self._start = 0

    def clear(self) -> None:
        """Forget all bytes."""
        self._data, self._start = b"", 0

    def take_head(self) -> bytes:
        """Remove and return what belongs to the head of one request, up to its end."""
        end = self._data.find(HEAD_END, self._start)
        return self._take(MAX_PART if end < 0 else end + len(HEAD_END) - self._start)

    def take_body(self, length: int | None) -> bytes:
        """Remove and return what belongs to a body of which so many bytes are missing; None: it comes in chunks."""
        return self._take(max(1, MAX_PART if length is None else length))

    def _take(self, length: int) -> bytes:
        data, start = self._data, self._start
        if start + length >= len(data):
            self._data, self._start = b"", 0
            return data[start:] if start else data
        self._start += length
        return data[start : start + length]
