"""The worker that applies approved automations on their effective date: each once, in any number of processes."""

import asyncio
import datetime as dt
import logging
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from tortoise.exceptions import IntegrityError

from models import NotificationKind, Tracker, TrackerEventKind
from models.database import fetch, transaction
from services.automations.approval import Outcome, apply_or_schedule, follow_up_outcome, notify_participants
from services.history import write_event
from services.kernel.background import backoff_seconds, finish_step
from services.kernel.dates import time_until_midnight, today
from services.kernel.errors import ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.tracker_types.versions import versions_by_id

POLL_SECONDS = 120.0  # retries an unfinished round
GRACE_SECONDS = 10.0  # how long a cancelled worker waits for its round

_log = logging.getLogger("trackers.automations")
# The learner is locked next, by all processes in this order; SKIP LOCKED gives each process another tracker.
_SELECT_NEXT_DUE = """
SELECT id FROM tracker WHERE status = 'APPROVED' AND applies_on <= $1 AND id <> ALL($2)
ORDER BY applies_on, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""
_COUNT_FAILED = "SELECT count(*) AS failed FROM tracker WHERE status = 'APPROVED' AND applies_on IS NULL"
_MARK_FAILED = "UPDATE tracker SET applies_on = NULL, version = version + 1, updated_at = now() WHERE id = $1"
_CONSTRAINT_ERRORS = (IntegrityError, asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)


@dataclass(slots=True)
class _Round:
    """A round over all due trackers; those in ``skipped`` raised an error, and are retried in the next round."""

    day: dt.date
    current: UUID | None = None
    skipped: set[UUID] = field(default_factory=set)


async def apply_due(*, day: dt.date | None = None) -> int:
    """Apply every approved automation that is due, each in its own transaction; return how many were applied.

    An automation that the record or a database constraint prevents stays APPROVED, and its history records APPLY_FAILED
    with the reason; it is retried only when it is approved again. ``day`` defaults to today in Europe/London.
    """
    round_, applied_count = _Round(day or today()), 0
    while True:
        try:
            outcome = await unit_of_work(lambda: _apply_next(round_))
        except Exception as error:
            if round_.current is None:
                raise  # not about a tracker: the database is unavailable
            round_.skipped.add(round_.current)
            # The error's text may contain a value.
            _log.error("tracker %s could not be applied: %s", round_.current, type(error).__name__)
            continue
        if round_.current is None:
            return applied_count
        applied_count += outcome is Outcome.APPLIED


async def count_failed_automations() -> int:
    """Return the number of approved automations, of all organisations, that could not be applied.

    They no longer have an effective date.
    """
    return int((await fetch(_COUNT_FAILED))[0]["failed"])


async def run_automations(*, poll: float = POLL_SECONDS, grace: float = GRACE_SECONDS) -> None:
    """Apply due automations every ``poll`` seconds, and when a day begins in Europe/London, until cancelled."""
    failures = 0
    last_logged: type[Exception] | None = None
    while True:
        try:
            await finish_step(apply_due(), grace)
        except Exception as error:
            failures += 1
            if type(error) is not last_logged:
                last_logged = type(error)
                _log.error("automation worker failed, retrying: %s", last_logged.__name__)
            await asyncio.sleep(backoff_seconds(failures))
            continue
        if failures:
            failures, last_logged = 0, None
            _log.info("automation worker recovered")
        await asyncio.sleep(min(poll, time_until_midnight().total_seconds() + 1))


async def _apply_next(round_: _Round) -> Outcome | None:
    """Apply the next due tracker that no other process has locked; return None if there is none or it failed."""
    round_.current = None
    async with transaction():
        rows = await fetch(_SELECT_NEXT_DUE, round_.day, list(round_.skipped))
        if not rows:
            return None
        round_.current = rows[0]["id"]
        tracker = await Tracker.get(id=round_.current)
        version = (await versions_by_id([tracker.type_version_id]))[tracker.type_version_id]
        try:
            async with transaction():  # a savepoint: on failure, only the reason is kept
                outcome = await apply_or_schedule(tracker, version, viewer=None, day=round_.day)
        except ValidationFailed as failed:
            await _mark_failed(tracker.id, " ".join(problem.message for problem in failed.problems))
            return None
        except _CONSTRAINT_ERRORS as error:
            _log.error("tracker %s violates a constraint of the database: %s", tracker.id, type(error).__name__)
            await _mark_failed(tracker.id, "The database refused the change.")
            return None
        await follow_up_outcome(tracker, outcome, viewer=None)
        return outcome


async def _mark_failed(tracker_id: UUID, reason: str) -> None:
    """Record in the tracker's history why it could not be applied, and clear its effective date."""
    await fetch(_MARK_FAILED, tracker_id)
    tracker = await Tracker.get(id=tracker_id)
    kind = TrackerEventKind.APPLY_FAILED
    await write_event(tracker, kind, version=tracker.version, actor_id=None, comment=reason)
    await notify_participants(tracker, NotificationKind.APPLY_FAILED, viewer=None)
