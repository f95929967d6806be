"""Watches the session of a long-lived connection, which may end long before the client's next message."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from server.execution.executor_interface import Context


class SessionWatch:
    """Calls ``on_end`` with a reason when the session of a connection ends.

    ``authenticate`` authenticates the client again and returns a new context.
    """

    def __init__(self, authenticate: Callable[[], Awaitable[Context]], on_end: Callable[[str], None]) -> None:
        self._authenticate = authenticate
        self._on_end = on_end
        self._timer: asyncio.TimerHandle | None = None
        self._checks: set[asyncio.Task[None]] = set()
        self.member_id: str | None = None
        """The id of the session's member; None without a session, and before ``start``."""

    def start(self, context: Context) -> None:
        """Start watching the session of a context, which ends at the latest when its token expires."""
        self.member_id = context.member_id
        if context.expires_at is not None:
            seconds = (context.expires_at - datetime.now(UTC)).total_seconds()
            self._timer = asyncio.get_running_loop().call_later(seconds, self._on_end, "Session expired")

    def revalidate(self, member_id: str) -> None:
        """Check in a background task whether the session is still valid, if it belongs to this member."""
        if self.member_id == member_id:
            task = asyncio.create_task(self._check())
            self._checks.add(task)
            task.add_done_callback(self._checks.discard)

    async def _check(self) -> None:
        # If this fails, for example during a database outage, the client's next operation is authenticated anyway.
        with suppress(Exception):
            if (await self._authenticate()).viewer is None:
                self._on_end("The session has ended.")

    def stop(self) -> list[asyncio.Task[Any]]:
        """Stop watching, and return the cancelled tasks for the caller to await."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._checks:
            task.cancel()
        return [*self._checks]
