"""The timer that closes a WebSocket connection which does not become what it was opened for."""

import asyncio
from collections.abc import Callable


class CloseTimer:
    """Closes a connection a while after it was opened, unless it is stopped before. It has one time at most."""

    __slots__ = ("_close", "_handle", "_opened_at")

    def __init__(self, close: Callable[[int, str], None]) -> None:
        self._close = close
        self._opened_at = asyncio.get_running_loop().time()
        self._handle: asyncio.TimerHandle | None = None

    def start(self, seconds: float, code: int, reason: str) -> None:
        """Close with a code and a reason so many seconds after the connection was opened."""
        self.stop()
        self._handle = asyncio.get_running_loop().call_at(self._opened_at + seconds, self._close, code, reason)

    def stop(self) -> None:
        """Do not close."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
