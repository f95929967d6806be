"""Updates of trackers, with an event in the history and notifications."""

from dataclasses import replace
from uuid import UUID

from models import Learner, NotificationKind, Tracker, TrackerEventKind, TrackerStatus
from models.base import dump_json
from models.database import transaction
from models.rows import columns, instance, row
from services.accounts.assignees import lock_assignee
from services.automations.approval import apply_or_schedule, follow_up_outcome
from services.automations.snapshots import take_snapshot
from services.forms.definitions import TypeDefinition
from services.history import write_event
from services.idempotency import IdempotencyKey, KeyTable, check_key, find_by_key, lock_key
from services.kernel.dates import today
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.sql import NamedParameterStatement, StatementBuilder
from services.kernel.unit_of_work import unit_of_work
from services.notifications.notify import announce_change, notify_each
from services.trackers.attachments import attach_uploads, file_ids_in
from services.trackers.diff import TrackerState, describe_changes
from services.trackers.update_entry import UpdateEntry
from services.trackers.update_input import CheckedUpdate, Values, check_update
from services.viewer import Viewer
from services.visibility import visibility_condition

_UPDATE = NamedParameterStatement("""
UPDATE tracker SET status = :status, assignee_id = :assignee_id, description = :description, due_date = :due_date,
    "values" = :values, values_changed_by_id = :values_changed_by_id, record_before = :record_before, version = :version,
    updated_at = now(), applies_on = :applies_on
WHERE id = :id
""")


async def validate_update(viewer: Viewer, entry: UpdateEntry) -> tuple[Problem, ...]:
    """Return the problems with which ``update_tracker`` would fail, without writing anything."""
    try:
        return (await _check_entry(viewer, entry)).problems
    except ValidationFailed as failed:
        return failed.problems


async def update_tracker(viewer: Viewer, entry: UpdateEntry) -> UUID:
    """Update a tracker and return its id. Its event and notifications are written in the same transaction.

    An entry without changes writes nothing. If an entry that made a change is repeated with the same idempotency key, it
    changes nothing more, whatever the tracker's version is by now. Raises ValidationFailed with the problems of every
    field, or with CONFLICT only and the current tracker if the entry has an outdated version.
    """
    key_errors = ErrorCollector(("idempotency_key",))
    key = check_key(key_errors, entry.idempotency_key, entry.content)
    if await _is_repeated(viewer, key):
        return entry.tracker_id
    try:
        checked = await _check_entry(viewer, entry)
    except ValidationFailed:
        if await _is_repeated(viewer, key):  # the change was committed just now
            return entry.tracker_id
        raise
    if checked.problems or key_errors.problems:
        raise ValidationFailed([*checked.problems, *key_errors.problems])
    if not checked.changes_nothing:
        await unit_of_work(lambda: _save_once(viewer, checked, key))
    return entry.tracker_id


async def _is_repeated(viewer: Viewer, key: IdempotencyKey | None) -> bool:
    """Return whether this entry has already been saved. Raises ValidationFailed if its key was used for another."""
    return key is not None and await find_by_key(KeyTable.EVENT, viewer.member_id, key) is not None


async def _check_entry(viewer: Viewer, entry: UpdateEntry) -> CheckedUpdate:
    return await check_update(viewer, await _find_tracker(viewer, entry.tracker_id, entry.version), entry)


async def _find_tracker(viewer: Viewer, tracker_id: UUID, version: int, *, lock: str = "") -> Tracker:
    """Return the tracker. Raises ValidationFailed with NOT_FOUND, or with CONFLICT if it has another version."""
    statement = StatementBuilder()
    condition = visibility_condition(Tracker, "t", viewer, statement)
    records = await statement.fetch(
        f"SELECT {columns(Tracker, 't')} FROM tracker t WHERE {condition} AND t.id = {statement.bind(tracker_id)} {lock}"
    )
    if not records:
        raise ValidationFailed([Problem(("id",), ErrorCode.NOT_FOUND, "There is no such tracker.")])
    current = row(Tracker, "t", records[0])
    assert current is not None
    if current.version != version:
        message = "Somebody else has changed the tracker. Read it again."
        problem = Problem(("version",), ErrorCode.CONFLICT, message, (("version", str(current.version)),))
        raise ValidationFailed([problem], current={"tracker": current})
    return instance(Tracker, "t", records[0])


async def _save_once(viewer: Viewer, checked: CheckedUpdate, key: IdempotencyKey | None) -> None:
    async with transaction():
        if key is not None:
            await lock_key(key, scope=f"update:{viewer.member_id}")
            if await _is_repeated(viewer, key):
                return
        await _save(viewer, checked, key)


async def _save(viewer: Viewer, checked: CheckedUpdate, key: IdempotencyKey | None) -> None:
    # If the version is unchanged since validation, so is everything else.
    tracker = await _find_tracker(viewer, checked.tracker.id, checked.tracker.version, lock="FOR NO KEY UPDATE OF t")
    before, after = TrackerState.from_tracker(tracker), checked.after
    if before != after:
        await _update_row(viewer, tracker, checked)
    await write_event(
        tracker,
        _event_kind(before, after),
        version=tracker.version,
        actor_id=viewer.member_id,
        comment=checked.comment,
        changes=await describe_changes(viewer.organisation_id, checked.type_version.definition, before, after),
        key=key,
    )
    notifications, outcome = _notifications(tracker, before, after), None
    if checked.approves:
        outcome = await apply_or_schedule(tracker, checked.type_version, viewer=viewer, day=today())
    await notify_each(notifications, tracker_id=tracker.id, actor_id=viewer.member_id)
    if outcome is not None:
        await follow_up_outcome(tracker, outcome, viewer=viewer)
    announce_change(tracker.id)


async def _update_row(viewer: Viewer, tracker: Tracker, checked: CheckedUpdate) -> None:
    """Apply the new state to ``tracker``, whose row is locked, and write it to the database."""
    after = checked.after
    if after.assignee_id not in (None, tracker.assignee_id):
        await lock_assignee(viewer, after.assignee_id)
    if tracker.values != after.values:
        await _change_values(viewer, tracker, checked.type_version.definition, after.values)
    tracker.status, tracker.assignee_id = after.status, after.assignee_id
    tracker.description, tracker.due_date = after.description, after.due_date
    if tracker.status != TrackerStatus.APPROVED:
        tracker.applies_on = None
    tracker.version += 1
    await _UPDATE.fetch(
        id=tracker.id,
        status=tracker.status,
        assignee_id=tracker.assignee_id,
        description=tracker.description,
        due_date=tracker.due_date,
        values=dump_json(tracker.values),
        values_changed_by_id=tracker.values_changed_by_id,
        record_before=None if tracker.record_before is None else dump_json(tracker.record_before),
        version=tracker.version,
        applies_on=tracker.applies_on,
    )


async def _change_values(viewer: Viewer, tracker: Tracker, definition: TypeDefinition, values: Values) -> None:
    attached = file_ids_in(definition, tracker.values)
    added = [file_id for file_id in file_ids_in(definition, values) if file_id not in attached]
    await attach_uploads(added, tracker.id, viewer)
    tracker.values, tracker.values_changed_by_id = dict(values), viewer.member_id
    tracker.record_before = await take_snapshot(definition, values, await Learner.get(id=tracker.learner_id))


def _event_kind(before: TrackerState, after: TrackerState) -> TrackerEventKind:
    if before.status != after.status:
        return TrackerEventKind.STATUS_CHANGED
    reassigned = before.assignee_id != after.assignee_id
    return TrackerEventKind.ASSIGNED if reassigned else TrackerEventKind.UPDATED


def _notifications(tracker: Tracker, before: TrackerState, after: TrackerState) -> dict[UUID, NotificationKind]:
    """Return the kind of notification for each recipient: a single one, of the most important kind.

    A new assignee gets ASSIGNED and the previous one UPDATED. The creator and the assignee are notified of other changes.
    """
    kinds: dict[UUID | None, NotificationKind] = {}
    reassigned, status_changed = before.assignee_id != after.assignee_id, before.status != after.status
    if reassigned:
        kinds[before.assignee_id] = NotificationKind.UPDATED
    if status_changed or not reassigned or replace(before, assignee_id=after.assignee_id) != after:
        kind = NotificationKind.STATUS_CHANGED if status_changed else NotificationKind.UPDATED
        kinds |= {tracker.created_by_id: kind, after.assignee_id: kind}
    if reassigned:
        kinds[after.assignee_id] = NotificationKind.ASSIGNED
    return {member_id: kind for member_id, kind in kinds.items() if member_id is not None}
