"""The session behind a line that stays open: it may end long before the client has anything to say again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from server.execution.executor import Context


class SessionWatch:
    """Calls ``over`` with the reason once the session has ended.

    ``enter`` asks anew whose the client's authorization is.
    """

    def __init__(self, enter: Callable[[], Awaitable[Context]], over: Callable[[str], None]) -> None:
        self._enter = enter
        self._over = over
        self._timer: asyncio.TimerHandle | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self.member_id: str | None = None
        """Whose the session is; None until there is one."""

    def begin(self, context: Context) -> None:
        """Watch a session, for as long as its token holds."""
        self.member_id = context.member_id
        if context.expires_at is not None:
            left = (context.expires_at - datetime.now(UTC)).total_seconds()
            self._timer = asyncio.get_running_loop().call_later(left, self._over, "Session expired")

    def revalidate(self, member_id: str) -> None:
        """Ask again, if the session is this member's."""
        if self.member_id == member_id:
            task = asyncio.create_task(self._ask_again())
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask_again(self) -> None:
        # Where it cannot be asked now, whatever comes next is asked for itself.
        with suppress(Exception):
            if (await self._enter()).viewer is None:
                self._over("The session has ended.")

    def stop(self) -> list[asyncio.Task[Any]]:
        """Watch no longer; the tasks that have still to end."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._asking:
            task.cancel()
        return [*self._asking]
