"""Trackers: opening one."""

from uuid import UUID

from models import Role, Tracker
from models.database import fetch, transaction
from services import idempotency
from services.kernel.errors import Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.trackers.create_input import CheckedEntry, TrackerEntry, check_entry
from services.trackers.insert import write_tracker
from services.viewer import Viewer


async def validate_tracker(viewer: Viewer, entry: TrackerEntry) -> tuple[Problem, ...]:
    """Everything that ``create_tracker`` would say of an entry; writes, counts and announces nothing.

    Raises ForbiddenError without CREATE_TRACKERS.
    """
    viewer.must_have(Role.CREATE_TRACKERS)
    return (await check_entry(viewer, entry)).problems


async def create_tracker(viewer: Viewer, entry: TrackerEntry) -> UUID:
    """Open a tracker: its row, its history's first event, the assignee's notification and mail, or nothing at all.

    An entry whose idempotency key was spent on the same entry is answered with that tracker and tells nobody
    again. Raises ValidationFailed with all problems of the entry, and ForbiddenError without CREATE_TRACKERS.
    """
    viewer.must_have(Role.CREATE_TRACKERS)
    key_problems = idempotency.key_problems(entry.idempotency_key)
    digest = idempotency.digest(entry.content()) if entry.idempotency_key and not key_problems else None
    if digest is not None and (made := await _made(viewer, entry, digest)):
        return made
    checked = await check_entry(viewer, entry)
    if key_problems or checked.problems:
        raise ValidationFailed([*checked.problems, *key_problems])
    return await unit_of_work(lambda: _create(viewer, entry, checked, digest))


async def _create(viewer: Viewer, entry: TrackerEntry, checked: CheckedEntry, digest: str | None) -> UUID:
    if digest is None:
        return await write_tracker(viewer, checked, due_date=entry.due_date)
    async with transaction():
        # Of many with one key the first writes; the others wait here and then find what it wrote.
        lock = f"{viewer.member_id}:{entry.idempotency_key}"
        await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", lock)
        if made := await _made(viewer, entry, digest):
            return made
        spent = (entry.idempotency_key, digest)
        return await write_tracker(viewer, checked, due_date=entry.due_date, spent=spent)


async def _made(viewer: Viewer, entry: TrackerEntry, digest: str) -> UUID | None:
    found = await Tracker.get_or_none(created_by_id=viewer.member_id, idempotency_key=entry.idempotency_key)
    if found is None:
        return None
    if found.idempotency_digest != digest:
        raise ValidationFailed([idempotency.reused()])
    return found.id
