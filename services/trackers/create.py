"""Creation of trackers: idempotency, validation and insertion."""

from uuid import UUID

from tortoise.queryset import QuerySet

from models import Role, Tracker
from models.database import transaction
from services.idempotency import IdempotencyKey, check_key, find_by_key, lock_key
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.trackers.create_input import CheckedEntry, TrackerEntry, check_entry
from services.trackers.insert import insert_tracker
from services.viewer import Viewer


async def validate_tracker(viewer: Viewer, entry: TrackerEntry) -> tuple[Problem, ...]:
    """Return the problems with which ``create_tracker`` would fail, without writing anything.

    Raises ForbiddenError without CREATE_TRACKERS.
    """
    viewer.require_role(Role.CREATE_TRACKERS)
    return (await check_entry(viewer, entry)).problems


async def create_tracker(viewer: Viewer, entry: TrackerEntry) -> UUID:
    """Create a tracker, its first event and the assignee's notification and email in one transaction. Return its id.

    If the same entry is repeated with the same idempotency key, return the existing tracker's id without notifying again.
    Raises ValidationFailed with the problems of every field, and ForbiddenError without CREATE_TRACKERS.
    """
    viewer.require_role(Role.CREATE_TRACKERS)
    key_errors = ErrorCollector(("idempotency_key",))
    key = check_key(key_errors, entry.idempotency_key, entry.content)
    if key and (existing := await find_by_key(_trackers_created_by(viewer), key)):
        return existing.id
    checked = await check_entry(viewer, entry)
    if checked.problems or key_errors.problems:
        raise ValidationFailed([*checked.problems, *key_errors.problems])
    return await unit_of_work(lambda: _insert_once(viewer, checked, key))


async def _insert_once(viewer: Viewer, checked: CheckedEntry, key: IdempotencyKey | None) -> UUID:
    if key is None:
        return await insert_tracker(viewer, checked)  # a single statement, which is atomic without a transaction block
    async with transaction():
        await lock_key(key, scope=str(viewer.member_id))
        existing = await find_by_key(_trackers_created_by(viewer), key)
        return existing.id if existing else await insert_tracker(viewer, checked, key)


def _trackers_created_by(viewer: Viewer) -> QuerySet[Tracker]:
    return Tracker.filter(created_by_id=viewer.member_id)
