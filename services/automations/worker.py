"""The worker that applies approved automations on their day, once, however many processes run it."""

import asyncio
import datetime as dt
import logging
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from tortoise.exceptions import IntegrityError

from models import NotificationKind, Tracker, TrackerEventKind
from models.database import fetch, transaction
from services.automations.approval import Outcome, apply_or_schedule, notify_outcome, tell_those_concerned
from services.history import write_event
from services.kernel.background import backoff_seconds, finish_step
from services.kernel.dates import time_until_midnight, today
from services.kernel.errors import ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.tracker_types.versions import versions_by_id

POLL = 120.0  # seconds; covers whatever kept a round from being done
GRACE = 10.0  # seconds that a round still has when the worker is to end

_log = logging.getLogger("trackers.automations")
# The learner's lock is taken next, by all in the same order; of two processes each takes another tracker.
_TAKE = """
SELECT id FROM tracker WHERE status = 'APPROVED' AND applies_on <= $1 AND id <> ALL($2)
ORDER BY applies_on, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""
_FAILED = "SELECT count(*) AS failed FROM tracker WHERE status = 'APPROVED' AND applies_on IS NULL"
_FAIL = "UPDATE tracker SET applies_on = NULL, version = version + 1, updated_at = now() WHERE id = $1"
_REFUSALS = (IntegrityError, asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)


@dataclass(slots=True)
class _Round:
    """One look at all that is due; ``passed_over`` has what broke in it, for the next round to try."""

    day: dt.date
    taken: UUID | None = None
    passed_over: set[UUID] = field(default_factory=set)


async def apply_due(*, day: dt.date | None = None) -> int:
    """Apply every approved automation whose day has come, each in its own transaction; how many were applied.

    What the record or the database refuses stays APPROVED, with APPLY_FAILED and the reason in its history, and
    waits for nobody: approving again tries again. ``day`` is today in Europe/London unless given.
    """
    round_, applied = _Round(day or today()), 0
    while True:
        try:
            outcome = await unit_of_work(lambda: _apply_next(round_))
        except Exception as error:
            if round_.taken is None:
                raise  # it is nobody's fault: the database is away
            round_.passed_over.add(round_.taken)
            # What the error says may hold a value.
            _log.error("tracker %s could not be applied: %s", round_.taken, type(error).__name__)
            continue
        if round_.taken is None:
            return applied
        applied += outcome is Outcome.APPLIED


async def failed_automations() -> int:
    """How many approved automations could not be applied and wait for nobody's day, in all organisations."""
    return int((await fetch(_FAILED))[0]["failed"])


async def run_automations(*, poll: float = POLL, grace: float = GRACE) -> None:
    """Apply what is due, every few minutes and as a day begins in Europe/London, until cancelled."""
    failures = 0
    told: type[Exception] | None = None
    while True:
        try:
            await finish_step(apply_due(), grace)
        except Exception as error:
            failures += 1
            if type(error) is not told:
                told = type(error)
                _log.error("the automations stand still: %s", told.__name__)
            await asyncio.sleep(backoff_seconds(failures))
            continue
        if failures:
            failures, told = 0, None
            _log.info("the automations go on")
        await asyncio.sleep(min(poll, time_until_midnight().total_seconds() + 1))


async def _apply_next(round_: _Round) -> Outcome | None:
    """Take the next tracker that is due and that no other process holds; None if it failed, or there is none."""
    round_.taken = None
    async with transaction():
        found = await fetch(_TAKE, round_.day, list(round_.passed_over))
        if not found:
            return None
        round_.taken = found[0]["id"]
        tracker = await Tracker.get(id=round_.taken)
        form = (await versions_by_id([tracker.type_version_id]))[tracker.type_version_id]
        try:
            async with transaction():  # a savepoint: what fails in the middle leaves nothing but its reason
                outcome = await apply_or_schedule(tracker, form, viewer=None, day=round_.day)
        except ValidationFailed as refused:
            await _fail(tracker.id, " ".join(problem.message for problem in refused.problems))
            return None
        except _REFUSALS as error:
            _log.error("tracker %s was refused by the database: %s", tracker.id, type(error).__name__)
            await _fail(tracker.id, "The database refused the change.")
            return None
        await notify_outcome(tracker, outcome, viewer=None)
        return outcome


async def _fail(tracker_id: UUID, reason: str) -> None:
    """Note that it could not be applied, and why; it waits for no day any more."""
    await fetch(_FAIL, tracker_id)
    tracker = await Tracker.get(id=tracker_id)
    kind = TrackerEventKind.APPLY_FAILED
    await write_event(tracker, kind, version=tracker.version, actor_id=None, comment=reason)
    await tell_those_concerned(tracker, NotificationKind.APPLY_FAILED, viewer=None)
