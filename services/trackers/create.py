"""Creation of trackers: idempotency, validation and insertion."""

from uuid import UUID

import asyncpg

from models import Role, Tracker
from services.idempotency import IdempotencyKey, KeyTable, check_key, find_by_key, id_of_repeated
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.row_selection import RowSelection, all_columns
from services.rows import selected_rows_by_id
from services.trackers.create_entry import TrackerEntry
from services.trackers.create_input import CheckedEntry, check_entry
from services.trackers.entry_rows import read_entry_rows
from services.trackers.insert import insert_tracker
from services.viewer import Viewer


async def validate_tracker(viewer: Viewer, entry: TrackerEntry) -> tuple[Problem, ...]:
    """Return the problems with which ``create_tracker`` would fail, without writing anything.

    Raises ForbiddenError without CREATE_TRACKERS.
    """
    viewer.require_role(Role.CREATE_TRACKERS)
    return (await check_entry(viewer, entry, await read_entry_rows(viewer, entry, key=None))).problems


async def create_tracker(
    viewer: Viewer, entry: TrackerEntry, selection: RowSelection[Tracker] | None = None
) -> Tracker:
    """Create a tracker, its first event and the assignee's notification and email in one transaction.

    Return what is selected of the tracker, which by default is all of its columns. If the same entry is repeated with the
    same idempotency key, return the existing tracker without notifying again.
    Raises ValidationFailed with the problems of every field, and ForbiddenError without CREATE_TRACKERS.
    """
    viewer.require_role(Role.CREATE_TRACKERS)
    selected = selection or all_columns(Tracker)
    key_errors = ErrorCollector(("idempotency_key",))
    key = check_key(key_errors, entry.idempotency_key, entry.content)
    rows = await read_entry_rows(viewer, entry, key)
    if key and (existing_id := id_of_repeated(rows.repeated, key)):
        return await _existing(viewer, existing_id, selected)
    checked = await check_entry(viewer, entry, rows)
    if checked.problems or key_errors.problems:
        raise ValidationFailed([*checked.problems, *key_errors.problems])
    return await unit_of_work(lambda: _insert_once(viewer, checked, key, selected))


async def _insert_once(
    viewer: Viewer, checked: CheckedEntry, key: IdempotencyKey | None, selection: RowSelection[Tracker]
) -> Tracker:
    """Insert the tracker by a single statement, which is atomic without a transaction block.

    Of concurrent requests with the same key, the first inserts the tracker. The others wait for it, for its key or its
    files, and fail; they return it.
    """
    try:
        return await insert_tracker(viewer, checked, key, selection)
    except (asyncpg.UniqueViolationError, ValidationFailed):
        if key and (existing_id := await find_by_key(KeyTable.TRACKER, viewer.member_id, key)):
            return await _existing(viewer, existing_id, selection)
        raise


async def _existing(viewer: Viewer, tracker_id: UUID, selection: RowSelection[Tracker]) -> Tracker:
    (tracker,) = await selected_rows_by_id(viewer, selection, [tracker_id])
    assert tracker is not None, "members see the trackers that they have created"
    return tracker
