"""The hot write: a tracker with its event, notification, mail and wake-up, in one SQL statement.

One statement is one transaction and one round trip, so the counters' locks are held for as short as can be.
Each part takes from the one before it, which keeps the lock order: its files, the assignee, the learner (whose row the
listing of the tracker is made from), the organisation's counter, the inbox. Where not every file can be had, or the assignee may not be one any more, nothing is counted, and
so nothing is written.
"""

import datetime as dt
from uuid import UUID

from models.base import dump_json, new_id
from models.database import fetch
from services.accounts.assignees import assignable, unassignable_error
from services.kernel.channels import INBOX
from services.kernel.errors import ValidationFailed
from services.trackers.attachments import attachable, files_in, taken_meanwhile
from services.trackers.create_input import CheckedEntry
from services.viewer import Viewer

_WRITE = f"""
WITH had AS (
    SELECT id FROM stored_file WHERE id = ANY($17) AND {attachable("$2", "$7")} ORDER BY id FOR UPDATE
), assignee AS (
    SELECT m.id FROM member m WHERE m.id = $6 AND {assignable("m", "$7")} FOR SHARE
), about AS (
    SELECT id FROM learner WHERE id = $5 FOR SHARE
), counted AS (
    UPDATE organisation_counter SET trackers = trackers + 1, newest_at = greatest(newest_at, clock_timestamp())
    WHERE organisation_id = $2 AND (SELECT count(*) FROM had) = cardinality($17::uuid[])
        AND ($6::uuid IS NULL OR EXISTS (SELECT FROM assignee)) AND EXISTS (SELECT FROM about)
    RETURNING trackers, newest_at
), written AS (
    INSERT INTO tracker (id, organisation_id, number, type_id, type_version_id, learner_id, assignee_id, created_by_id,
        status, description, due_date, "values", version, created_at, updated_at, idempotency_key, idempotency_digest,
        record_before)
    SELECT $1, $2, trackers, $3, $4, $5, $6, $7, 'NEW', $8, $9, $10, 1, newest_at, newest_at, $11, $12, $16 FROM counted
    RETURNING id, created_at
), attached AS (
    UPDATE stored_file f SET tracker_id = $1 FROM written, had WHERE f.id = had.id
), event AS (
    INSERT INTO tracker_event (id, organisation_id, tracker_id, kind, actor_id, at, version, changes)
    SELECT $13, $2, id, 'CREATED', $7, created_at, 1, '[]' FROM written
), told AS (
    UPDATE inbox SET cursor = cursor + 1 FROM written WHERE member_id = $6 AND $6 <> $7 RETURNING member_id, cursor
), notified AS (
    INSERT INTO notification (id, recipient_id, cursor, kind, tracker_id, actor_id, created_at)
    SELECT $14, member_id, cursor, 'ASSIGNED', $1, $7, now() FROM told
    RETURNING id, recipient_id
), mailed AS (
    INSERT INTO mail (id, kind, recipient_id, notification_id, created_at, due_at, attempts)
    SELECT $15, 'ASSIGNMENT', recipient_id, id, now(), now(), 0 FROM notified
    RETURNING recipient_id
)
SELECT (SELECT count(*) FROM written) AS written, $6::uuid IS NULL OR EXISTS (SELECT FROM assignee) AS assignable,
    (SELECT pg_notify('{INBOX}', recipient_id::text) FROM mailed)
"""


async def write_tracker(
    viewer: Viewer,
    checked: CheckedEntry,
    *,
    due_date: dt.date | None,
    spent: tuple[str | None, str | None] = (None, None),
) -> UUID:
    """Write a checked entry; ``spent`` is the idempotency key with its digest. Nobody is told of their own doing.

    Raises ValidationFailed where since the check another tracker has taken a file, or the assignee may not be one any more.
    """
    assert checked.type is not None
    assert checked.learner is not None
    tracker_id = new_id()
    files = files_in(checked.type.form.definition, checked.values)
    (done,) = await fetch(
        _WRITE,
        tracker_id,
        viewer.organisation_id,
        checked.type.type.id,
        checked.type.form.id,
        checked.learner.id,
        checked.assignee.id if checked.assignee else None,
        viewer.member_id,
        checked.description,
        due_date,
        dump_json(dict(checked.values)),
        *spent,
        new_id(),
        new_id(),
        new_id(),
        None if checked.record_before is None else dump_json(checked.record_before),
        files,
    )
    if checked.assignee is not None and not done["assignable"]:
        raise ValidationFailed([unassignable_error(checked.assignee.name)])
    if not done["written"]:
        raise await taken_meanwhile(viewer, files, tracker_id)
    return tracker_id
