"""Watches the session behind a connection that stays open: it may end long before the client's next message."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from server.execution.executor_interface import Context


class SessionWatch:
    """Calls ``on_end`` with the reason once the session has ended.

    ``authenticate`` makes a new context from the client's authorization.
    """

    def __init__(self, authenticate: Callable[[], Awaitable[Context]], on_end: Callable[[str], None]) -> None:
        self._authenticate = authenticate
        self._on_end = on_end
        self._timer: asyncio.TimerHandle | None = None
        self._checks: set[asyncio.Task[None]] = set()
        self.member_id: str | None = None
        """The member of the session; None without one, and before ``start``."""

    def start(self, context: Context) -> None:
        """Watch the session of a context, and end it when its token expires."""
        self.member_id = context.member_id
        if context.expires_at is not None:
            seconds = (context.expires_at - datetime.now(UTC)).total_seconds()
            self._timer = asyncio.get_running_loop().call_later(seconds, self._on_end, "Session expired")

    def revalidate(self, member_id: str) -> None:
        """Check in a task whether the session still holds, if it is this member's."""
        if self.member_id == member_id:
            task = asyncio.create_task(self._check())
            self._checks.add(task)
            task.add_done_callback(self._checks.discard)

    async def _check(self) -> None:
        # If this fails, for example while the database is away, the client's next operation is authenticated anyway.
        with suppress(Exception):
            if (await self._authenticate()).viewer is None:
                self._on_end("The session has ended.")

    def stop(self) -> list[asyncio.Task[Any]]:
        """Stop watching, and return the cancelled tasks that have still to finish."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._checks:
            task.cancel()
        return [*self._checks]
