"""Reading new notifications for all subscribers of a process, with one query for all who are waiting.

The notification rows are authoritative; a wake-up only triggers a read. The reader also polls, so a lost wake-up delays
notifications but loses none. A subscriber requests its next batch when it has processed the previous one; the
notifications that a slow subscriber has not requested stay in the database.
"""

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from models import Notification
from models.database import fetch
from models.rows import columns, row

BATCH_SIZE = 100

_RETRY_SECONDS = 1.0
_log = logging.getLogger("trackers.inbox")


@cache
def _select_batches() -> str:
    return f"""
    SELECT request.index, n.* FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS request (member_id, after, index)
    CROSS JOIN LATERAL (
        SELECT {columns(Notification, "n")} FROM notification n
        WHERE n.recipient_id = request.member_id AND n.cursor > request.after ORDER BY n.cursor LIMIT {BATCH_SIZE}
    ) n ORDER BY request.index, n."n.cursor"
    """


@dataclass(eq=False, slots=True)
class _Request:
    """A subscriber's request for the notifications after its cursor."""

    member_id: UUID
    after: int
    result: asyncio.Future[list[Notification]]
    was_read: bool = False


@dataclass(eq=False)
class InboxReader:
    """Delivers notifications to subscribers in the order of their cursors, each exactly once."""

    poll_seconds: float = 5.0
    """Interval between reads for every subscriber, whether woken or not."""
    revalidate_seconds: float = 15.0
    """How long a subscription may go without notifications before its session is checked again."""
    on_delivered: Callable[[dt.timedelta], None] = lambda _: None
    """Called on delivery of each notification created while its subscription was open, with its age."""
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    """Set at each wake-up, also to wake the outbox worker, because an email may have been enqueued."""
    revalidations: int = 0
    """Incremented when sessions have ended, so that subscribers who were not waiting check theirs too."""
    _requests: set[_Request] = field(default_factory=set)
    _woken_members: set[UUID] = field(default_factory=set)
    _read_requested: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def waiting_count(self) -> int:
        """Return the number of subscribers that are waiting for notifications."""
        return len(self._requests)

    async def next_batch(self, member_id: UUID, after: int, *, timeout: float) -> Sequence[Notification]:  # noqa: ASYNC109
        """Return a member's notifications after a cursor once there are any; after ``timeout`` seconds, return none."""
        request = _Request(member_id, after, asyncio.get_running_loop().create_future())
        self._requests.add(request)
        self._read_requested.set()
        try:
            async with asyncio.timeout(timeout):
                return await request.result
        except TimeoutError:
            return []
        finally:
            self._requests.discard(request)

    def wake(self, member_id: str) -> None:
        """Request a read of a member's notifications."""
        with contextlib.suppress(ValueError):
            self._woken_members.add(UUID(member_id))
            self._read_requested.set()
        self.woken.set()

    def revalidate(self, member_id: str) -> None:
        """Answer a member's waiting requests with empty batches, so that their subscriptions check the session."""
        self.revalidations += 1
        for request in self._requests:
            if str(request.member_id) == member_id and not request.result.done():
                request.result.set_result([])

    async def run(self) -> None:
        """Read notifications until cancelled, retrying after database failures."""
        loop = asyncio.get_running_loop()
        next_poll = loop.time()
        last_logged: type[Exception] | None = None
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(next_poll):
                    await self._read_requested.wait()
            # Decided by the clock rather than by the timeout, so that frequent wake-ups do not postpone the poll.
            is_poll = loop.time() >= next_poll
            if is_poll:
                next_poll = loop.time() + self.poll_seconds
            self._read_requested.clear()
            woken_members, self._woken_members = self._woken_members, set()
            due_requests = [
                request
                for request in self._requests
                if is_poll or not request.was_read or request.member_id in woken_members
            ]
            try:
                await self._read(due_requests)
                last_logged = None
            except Exception as error:  # of any kind: without this reader, no subscription receives anything
                if type(error) is not last_logged:
                    last_logged = type(error)
                    _log.warning("notification reader failed, retrying: %s", last_logged.__name__)
                await asyncio.sleep(_RETRY_SECONDS)
                self._woken_members |= woken_members
                self._read_requested.set()

    async def _read(self, due_requests: Sequence[_Request]) -> None:
        if not due_requests:
            return
        batches: dict[int, list[Notification]] = {}
        members, cursors = [request.member_id for request in due_requests], [request.after for request in due_requests]
        for record in await fetch(_select_batches(), members, cursors):
            notification = row(Notification, "n", record)
            assert notification is not None
            batches.setdefault(record["index"], []).append(notification)
        for index, request in enumerate(due_requests, start=1):
            request.was_read = True
            if index in batches and not request.result.done():
                request.result.set_result(batches[index])
