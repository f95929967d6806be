"""Read new notifications for all subscribers of a process, in one query for as many as wait.

The notification rows are the truth. A wake-up only says when to look, so a lost one costs time and nothing else: the
reader also looks every few seconds. A subscriber asks for its next batch when it is done with the one before; what a
slow subscriber has not asked for stays in the database.
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
    read_before: bool = False


@dataclass(eq=False)
class InboxReader:
    """Gives subscribers their notifications, in the order of their cursors, none lost and none twice."""

    poll_seconds: float = 5.0
    """How often it looks for every subscriber, whether woken or not."""
    revalidate_seconds: float = 15.0
    """How long a subscription without notifications goes on before its session is checked again."""
    on_delivered: Callable[[dt.timedelta], None] = lambda _: None
    """Called for each notification delivered while its subscription was open, with its age."""
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    """Set at each wake-up: a mail may have been enqueued too."""
    revalidations: int = 0
    """Grows whenever sessions have ended, so that subscribers who were not waiting then check theirs."""
    _requests: set[_Request] = field(default_factory=set)
    _woken_members: set[UUID] = field(default_factory=set)
    _look: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def waiting(self) -> int:
        """Return how many subscribers wait for new notifications."""
        return len(self._requests)

    async def next_batch(self, member_id: UUID, after: int, *, timeout: float) -> Sequence[Notification]:  # noqa: ASYNC109
        """Return a member's notifications after a cursor, as soon as there are any; none after ``timeout`` seconds."""
        request = _Request(member_id, after, asyncio.get_running_loop().create_future())
        self._requests.add(request)
        self._look.set()
        try:
            async with asyncio.timeout(timeout):
                return await request.result
        except TimeoutError:
            return []
        finally:
            self._requests.discard(request)

    def wake(self, member_id: str) -> None:
        """Look soon for the notifications of a member."""
        with contextlib.suppress(ValueError):
            self._woken_members.add(UUID(member_id))
            self._look.set()
        self.woken.set()

    def revalidate(self, member_id: str) -> None:
        """Answer a member's waiting subscribers with nothing, so that they check at once whether their session holds."""
        self.revalidations += 1
        for request in self._requests:
            if str(request.member_id) == member_id and not request.result.done():
                request.result.set_result([])

    async def run(self) -> None:
        """Read until cancelled; after a failure of the database, try again."""
        loop = asyncio.get_running_loop()
        next_poll = loop.time()
        logged: type[Exception] | None = None
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(next_poll):
                    await self._look.wait()
            # By the clock and not by a time-out: frequent wake-ups must not put off the poll.
            polling = loop.time() >= next_poll
            if polling:
                next_poll = loop.time() + self.poll_seconds
            self._look.clear()
            woken, self._woken_members = self._woken_members, set()
            due = [
                request
                for request in self._requests
                if polling or not request.read_before or request.member_id in woken
            ]
            try:
                await self._read(due)
                logged = None
            except Exception as error:  # whatever it is: without this reader no subscription gets anything
                if type(error) is not logged:
                    logged = type(error)
                    _log.warning("notification reader failed, retrying: %s", logged.__name__)
                await asyncio.sleep(_RETRY_SECONDS)
                self._woken_members |= woken
                self._look.set()

    async def _read(self, due: Sequence[_Request]) -> None:
        if not due:
            return
        batches: dict[int, list[Notification]] = {}
        members, cursors = [request.member_id for request in due], [request.after for request in due]
        for record in await fetch(_select_batches(), members, cursors):
            notification = row(Notification, "n", record)
            assert notification is not None
            batches.setdefault(record["index"], []).append(notification)
        for index, request in enumerate(due, start=1):
            request.read_before = True
            if index in batches and not request.result.done():
                request.result.set_result(batches[index])
