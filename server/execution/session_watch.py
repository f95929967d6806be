"""Watches the session of a long-lived connection, which may end long before the client's next message."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from server.execution.executor_interface import Context
from services.accounts.sessions.current_viewers import SessionKey


class SessionWatch:
    """Calls ``on_end`` with a reason when the token of a connection expires, or its session is found to have ended."""

    __slots__ = ("_on_end", "_session", "_timer", "member_id")

    def __init__(self, on_end: Callable[[str], None]) -> None:
        self._on_end = on_end
        self._session: SessionKey | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.member_id: str | None = None
        """The id of the session's member; None without a session, and before ``start``."""

    def start(self, context: Context) -> None:
        """Start watching the session of a context, which ends at the latest when its token expires."""
        self.member_id, self._session = context.member_id, context.session_key
        if context.expires_at is not None:
            seconds = (context.expires_at - datetime.now(UTC)).total_seconds()
            self._timer = asyncio.get_running_loop().call_later(seconds, self._on_end, "Session expired")

    def session_of(self, member_id: str) -> SessionKey | None:
        """Return the session if it belongs to this member."""
        return self._session if self.member_id == member_id else None

    def stop(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
