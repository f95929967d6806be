"""Notes who reads which learner's record, one row for each member, learner and day, without slowing the read.

What is read is noted in memory and written in the background, within a second or two. A pair that has been noted on the
same day costs one look-up. A process that is killed loses what it noted in its last second.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from models.base import new_id
from models.database import fetch
from services.kernel.background import backoff_seconds
from services.kernel.dates import today

INTERVAL = 1.0
"""Seconds between two writes."""
REMEMBERED_PAIRS = 20_000
"""How many pairs of a member and a learner are known to have been noted today: some 5 MB."""
MAX_PENDING = 100_000
"""How many pairs may wait to be written while the database does not take them."""

_INSERT = """
INSERT INTO learner_read (id, organisation_id, member_id, learner_id, day, at)
SELECT new.id, new.organisation_id, new.member_id, new.learner_id, new.day, now()
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::date[])
    AS new (id, organisation_id, member_id, learner_id, day)
JOIN member ON member.id = new.member_id
ON CONFLICT (learner_id, member_id, day) DO NOTHING
"""

_log = logging.getLogger("trackers.learner_reads")


class _Read(NamedTuple):
    member_id: UUID
    learner_id: UUID
    day: dt.date


class LearnerReads:
    """What this process has noted, and what of it is still to be written."""

    def __init__(self) -> None:
        self._known: dict[_Read, None] = {}
        self._pending: dict[_Read, UUID] = {}  # with the organisation
        self._has_dropped = False

    def note(self, organisation_id: UUID, member_id: UUID, learner_ids: Iterable[UUID]) -> None:
        """Note that a member reads these learners' records."""
        day = today()
        for learner_id in learner_ids:
            read = _Read(member_id, learner_id, day)
            if read not in self._known:
                self._remember(read)
                self._wait(read, organisation_id)

    def _remember(self, read: _Read) -> None:
        if len(self._known) >= REMEMBERED_PAIRS:
            del self._known[next(iter(self._known))]
        self._known[read] = None

    def _wait(self, read: _Read, organisation_id: UUID) -> None:
        if len(self._pending) >= MAX_PENDING:
            del self._pending[next(iter(self._pending))]
            if not self._has_dropped:
                self._has_dropped = True
                _log.error("reads of learners' records are lost, as the database has not taken them for long")
        self._pending[read] = organisation_id

    async def write(self) -> None:
        """Write what is pending; it stays so if that fails."""
        batch = dict(self._pending)
        if not batch:
            return
        reads = list(batch)
        await fetch(
            _INSERT,
            [new_id() for _ in reads],
            list(batch.values()),
            [read.member_id for read in reads],
            [read.learner_id for read in reads],
            [read.day for read in reads],
        )
        for read in reads:
            self._pending.pop(read, None)
        self._has_dropped = False

    async def run(self, *, interval: float = INTERVAL) -> None:
        """Write every ``interval`` seconds until cancelled, and once more then."""
        failures = 0
        try:
            while True:
                await asyncio.sleep(backoff_seconds(failures) if failures else interval)
                failures = await self._try_to_write(failures)
        finally:
            await asyncio.shield(self._try_to_write(failures))

    async def _try_to_write(self, failures: int) -> int:
        """Write, and return how often that has failed in a row."""
        try:
            await self.write()
        except Exception as error:
            if not failures:
                _log.warning("reads of learners' records wait to be written: %s", type(error).__name__)
            return failures + 1
        return 0


learner_reads = LearnerReads()
"""What this process has noted."""
