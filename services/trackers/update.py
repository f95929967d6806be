"""Trackers: changing one. An update is one event of the history, and tells whom it concerns, or it is nothing."""

from dataclasses import replace
from uuid import UUID

from models import Learner, NotificationKind, Tracker, TrackerEventKind, TrackerStatus
from models.base import dump_json
from models.database import fetch, transaction
from models.rows import columns, row
from services.accounts.assignees import hold_assignee
from services.automations.approval import apply_or_schedule, notify_outcome
from services.automations.snapshots import snapshot
from services.history import write_event
from services.kernel.dates import today
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.sql import StatementBuilder
from services.kernel.unit_of_work import unit_of_work
from services.notifications.notify import announce_change, notify_each
from services.trackers.attachments import attach, files_in
from services.trackers.diff import TrackerState, changes
from services.trackers.update_input import CheckedUpdate, UpdateEntry, check_update
from services.viewer import Viewer
from services.visibility import visible

_WRITE = """
UPDATE tracker SET status = $2, assignee_id = $3, description = $4, due_date = $5, "values" = $6,
    values_changed_by_id = $7, record_before = $8, version = $9, updated_at = now(),
    applies_on = $10
WHERE id = $1
"""


async def validate_update(viewer: Viewer, entry: UpdateEntry) -> tuple[Problem, ...]:
    """Everything that ``update_tracker`` would say of an entry; writes and announces nothing."""
    try:
        return (await _checked(viewer, entry)).problems
    except ValidationFailed as rejected:
        return rejected.problems


async def update_tracker(viewer: Viewer, entry: UpdateEntry) -> UUID:
    """Change a tracker: its row, one event of its history and what members are told of it, or nothing at all.

    An entry that changes nothing writes nothing. Raises ValidationFailed with all problems, or with CONFLICT alone and
    the tracker as it now stands, if that has another version than the one last read.
    """
    checked = await _checked(viewer, entry)
    if checked.problems:
        raise ValidationFailed(checked.problems)
    if not checked.changes_nothing:
        await unit_of_work(lambda: _save(viewer, checked))
    return checked.tracker.id


async def _checked(viewer: Viewer, entry: UpdateEntry) -> CheckedUpdate:
    tracker = await _find(viewer, entry.tracker_id)
    _must_be_of_version(tracker, entry.version)
    return await check_update(viewer, tracker, entry)


async def _find(viewer: Viewer, tracker_id: UUID, *, lock: str = "") -> Tracker:
    statement = StatementBuilder()
    condition = visible(Tracker, "t", viewer, statement)
    found = await statement.fetch(
        f"SELECT {columns(Tracker, 't')} FROM tracker t WHERE {condition} AND t.id = {statement.bind(tracker_id)} {lock}"
    )
    tracker = row(Tracker, "t", found[0]) if found else None
    if tracker is None:
        raise ValidationFailed([Problem(("id",), ErrorCode.NOT_FOUND, "There is no such tracker.")])
    return tracker


def _must_be_of_version(tracker: Tracker, version: int) -> None:
    if tracker.version != version:
        message = "Somebody else has changed the tracker. Read it again."
        problem = Problem(("version",), ErrorCode.CONFLICT, message, (("version", str(tracker.version)),))
        raise ValidationFailed([problem], current={"tracker": tracker})


async def _save(viewer: Viewer, checked: CheckedUpdate) -> None:
    async with transaction():
        # What was checked is what is there, if the version has not moved on meanwhile.
        tracker = await _find(viewer, checked.tracker.id, lock="FOR NO KEY UPDATE OF t")
        _must_be_of_version(tracker, checked.tracker.version)
        before, after = TrackerState.of(tracker), checked.after
        if before != after:
            await _write(viewer, tracker, checked)
        await write_event(
            tracker,
            _kind_of_event(before, after),
            version=tracker.version,
            actor_id=viewer.member_id,
            comment=checked.comment,
            changes=await changes(viewer.organisation_id, checked.form.definition, before, after),
        )
        news, outcome = _news(tracker, before, after), None
        if checked.approves:
            outcome = await apply_or_schedule(tracker, checked.form, viewer=viewer, day=today())
        await notify_each(news, tracker_id=tracker.id, actor_id=viewer.member_id)
        if outcome is not None:
            await notify_outcome(tracker, outcome, viewer=viewer)
        await announce_change(tracker.id)


async def _write(viewer: Viewer, tracker: Tracker, checked: CheckedUpdate) -> None:
    """Write the row, and bring ``tracker`` to what it then holds."""
    after = checked.after
    if after.assignee_id not in (None, tracker.assignee_id):
        await hold_assignee(viewer, after.assignee_id)
    if tracker.values != after.values:
        definition = checked.form.definition
        had = files_in(definition, tracker.values)
        await attach([one for one in files_in(definition, after.values) if one not in had], tracker.id, viewer)
        tracker.values_changed_by_id = viewer.member_id
        learner = await Learner.get(id=tracker.learner_id)
        tracker.record_before = await snapshot(definition, learner)
    tracker.status, tracker.assignee_id, tracker.values = after.status, after.assignee_id, dict(after.values)
    tracker.description, tracker.due_date = after.description, after.due_date
    if tracker.status != TrackerStatus.APPROVED:
        tracker.applies_on = None  # given up, it waits for no day
    tracker.version += 1
    await fetch(
        _WRITE,
        tracker.id,
        tracker.status,
        tracker.assignee_id,
        tracker.description,
        tracker.due_date,
        dump_json(tracker.values),
        tracker.values_changed_by_id,
        None if tracker.record_before is None else dump_json(tracker.record_before),
        tracker.version,
        tracker.applies_on,
    )


def _kind_of_event(before: TrackerState, after: TrackerState) -> TrackerEventKind:
    if before.status != after.status:
        return TrackerEventKind.STATUS_CHANGED
    reassigned = before.assignee_id != after.assignee_id
    return TrackerEventKind.ASSIGNED if reassigned else TrackerEventKind.UPDATED


def _news(tracker: Tracker, before: TrackerState, after: TrackerState) -> dict[UUID, NotificationKind]:
    """Who hears what, each the weightiest: the new assignee, the former one, and of all else creator and assignee."""
    news: dict[UUID | None, NotificationKind] = {}
    reassigned = before.assignee_id != after.assignee_id
    if reassigned:
        news[before.assignee_id] = NotificationKind.UPDATED
    changed = before.status != after.status
    if changed or not reassigned or replace(before, assignee_id=after.assignee_id) != after:
        kind = NotificationKind.STATUS_CHANGED if changed else NotificationKind.UPDATED
        news |= {tracker.created_by_id: kind, after.assignee_id: kind}
    if reassigned:
        news[after.assignee_id] = NotificationKind.ASSIGNED
    return {member: kind for member, kind in news.items() if member is not None}
