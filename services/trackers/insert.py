"""Insertion of a tracker with its event, notification and email by a single SQL statement.

A single statement takes one round trip and one transaction, which keeps the row locks short. Each CTE reads a previous
one, which enforces the lock order: files, assignee, the assignee's inbox, and last the organisation's counter, which is
locked until the commit has been flushed. Before it comes whatever does not need the tracker's number or time. Foreign
keys are checked at the end of the statement, so that a notification may come before its tracker. If a file is no longer
available or the assignee is no longer assignable, ``ready`` has no row and nothing is written. The statement returns what
the client selects of the tracker, so that it need not be read again.
"""

from functools import lru_cache
from typing import Any

from models import Tracker
from models.base import dump_json, new_id
from services.accounts.assignees import assignable_condition, unassignable_error
from services.idempotency import IdempotencyKey
from services.kernel.channels import INBOX, wake
from services.kernel.errors import ValidationFailed
from services.kernel.sql import NamedParameterStatement, StatementBuilder
from services.row_selection import RowSelection
from services.trackers.attachments import attachable_condition, file_ids_in, unavailable_files_error
from services.trackers.create_input import CheckedEntry
from services.viewer import Viewer

# ``notified`` and ``mailed`` are equivalent to services/notifications/notify.py and services/mail_queue.py.
_WRITE = f"""
WITH files AS (
    SELECT id FROM stored_file WHERE id = ANY(:file_ids) AND {attachable_condition(":organisation_id", ":creator_id")}
    ORDER BY id FOR UPDATE
), assignee AS (
    SELECT m.id FROM member m WHERE m.id = :assignee_id AND {assignable_condition("m", ":creator_id")} FOR SHARE
), ready AS (
    SELECT WHERE (SELECT count(*) FROM files) = cardinality(:file_ids::uuid[])
        AND (:assignee_id::uuid IS NULL OR EXISTS (SELECT FROM assignee))
), inbox_of_assignee AS (
    UPDATE inbox SET cursor = cursor + 1 FROM ready WHERE member_id = :assignee_id AND :assignee_id <> :creator_id
    RETURNING member_id, cursor
), notified AS (
    INSERT INTO notification (id, recipient_id, cursor, kind, tracker_id, actor_id, created_at)
    SELECT :notification_id, member_id, cursor, 'ASSIGNED', :id, :creator_id, now() FROM inbox_of_assignee
    RETURNING id, recipient_id
), mailed AS (
    INSERT INTO mail (id, kind, recipient_id, notification_id, created_at, due_at, attempts)
    SELECT :mail_id, 'ASSIGNMENT', recipient_id, id, now(), now(), 0 FROM notified
    RETURNING id
), counter AS (
    UPDATE organisation_counter SET trackers = trackers + 1, newest_at = greatest(newest_at, clock_timestamp())
    FROM ready WHERE organisation_id = :organisation_id AND (SELECT count(*) FROM mailed) >= 0
    RETURNING trackers, newest_at
), inserted AS (
    INSERT INTO tracker (id, organisation_id, number, type_id, type_version_id, learner_id, assignee_id, created_by_id,
        status, description, due_date, "values", version, created_at, updated_at, idempotency_key, idempotency_digest,
        record_before)
    SELECT :id, :organisation_id, trackers, :type_id, :type_version_id, :learner_id, :assignee_id, :creator_id,
        'NEW', :description, :due_date, :values, 1, newest_at, newest_at, :idempotency_key, :idempotency_digest,
        :record_before
    FROM counter
    RETURNING *
), attached AS (
    UPDATE stored_file f SET tracker_id = :id FROM inserted, files WHERE f.id = files.id
), event AS (
    INSERT INTO tracker_event (id, organisation_id, tracker_id, kind, actor_id, at, version, changes)
    SELECT :event_id, :organisation_id, id, 'CREATED', :creator_id, created_at, 1, '[]' FROM inserted
)
"""
_READ = """
SELECT {columns}, :assignee_id::uuid IS NULL OR EXISTS (SELECT FROM assignee) AS assignable
FROM (VALUES (1)) AS entry LEFT JOIN inserted t ON true {joins}
"""


@lru_cache(maxsize=2_000)
def _insert_statement(columns: str, joins: str) -> NamedParameterStatement:
    """Return the statement that inserts a tracker, and reads columns of it (``t``) and of the tables that it joins.

    These are read as they were when the statement began, which makes no difference, as it does not change their rows.
    """
    return NamedParameterStatement(_WRITE + _READ.format(columns=columns, joins=joins))


async def insert_tracker(
    viewer: Viewer, checked: CheckedEntry, key: IdempotencyKey | None, selection: RowSelection[Tracker]
) -> Tracker:
    """Insert a tracker from a valid entry, and return what is selected of it. Notify the assignee unless it is the viewer.

    Raises ValidationFailed if, since validation, a file has become unavailable or the assignee unassignable.
    """
    tracker_id, values = new_id(), _tracker_values(checked)
    source, joined = selection.source("t"), StatementBuilder()
    statement = _insert_statement(source.columns, source.joins(viewer, joined, one_by_one=True))
    assert not joined.values, "whoever may create a tracker sees the rows that it refers to"
    try:
        (result,) = await statement.fetch(
            **values,
            id=tracker_id,
            organisation_id=viewer.organisation_id,
            creator_id=viewer.member_id,
            idempotency_key=key.value if key else None,
            idempotency_digest=key.digest if key else None,
            event_id=new_id(),
            notification_id=new_id(),
            mail_id=new_id(),
        )
    finally:  # even if the request is cancelled meanwhile, as PostgreSQL may have committed
        if checked.assignee and checked.assignee.id != viewer.member_id:
            wake(INBOX, checked.assignee.id)
    if checked.assignee is not None and not result["assignable"]:
        raise ValidationFailed([unassignable_error(checked.assignee.name)])
    joined.show([result])
    if result["t.id"] is None:
        raise await unavailable_files_error(viewer, values["file_ids"], tracker_id)
    (tracker,) = source.read([result])
    return tracker


def _tracker_values(checked: CheckedEntry) -> dict[str, Any]:
    assert checked.type is not None
    assert checked.learner is not None
    return {
        "type_id": checked.type.type.id,
        "type_version_id": checked.type.newest.id,
        "learner_id": checked.learner.id,
        "assignee_id": checked.assignee.id if checked.assignee else None,
        "description": checked.description,
        "due_date": checked.due_date,
        "values": dump_json(dict(checked.values)),
        "record_before": None if checked.record_before is None else dump_json(checked.record_before),
        "file_ids": file_ids_in(checked.type.newest.definition, checked.values),
    }
