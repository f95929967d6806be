"""Turns for reading much: connections that have just delivered a large piece are parsed, and read on, one after another.

Otherwise, one iteration of the event loop would parse a quarter of a megabyte of each connection that sends.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

LARGE_BYTES: Final = 32_768
"""What is large enough to wait for a turn."""
AT_ONCE: Final = 2
"""How many connections go on in an iteration."""


class ReadTurns:
    """Those that wait to go on, the first to come first."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()

    def wait(self, go_on: Callable[[], None]) -> None:
        """Call ``go_on`` in a later iteration."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._serve)
        self._waiting.append(go_on)

    def _serve(self) -> None:
        for _ in range(min(AT_ONCE, len(self._waiting))):
            self._waiting.popleft()()
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._serve)
