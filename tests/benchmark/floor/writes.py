"""The floor's writes: the rows of a new tracker, unchecked; and the errors of an entry, from checks written for its form."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from uuid_utils.compat import uuid7

from tests.benchmark.floor.connection import Record
from tests.benchmark.floor.forms import Forms, Json, global_id

CREATE = """
WITH counter AS (
    UPDATE organisation_counter SET trackers = trackers + 1, newest_at = greatest(newest_at, clock_timestamp())
    WHERE organisation_id = $2 RETURNING trackers, newest_at
), inserted AS (
    INSERT INTO tracker (id, organisation_id, number, type_id, type_version_id, learner_id, assignee_id, created_by_id,
        status, description, due_date, "values", version, created_at, updated_at)
    SELECT $1, $2, trackers, t.id, v.id, $4, $5, $6, 'NEW', $7, $8, $9, 1, newest_at, newest_at
    FROM counter, tracker_type t JOIN tracker_type_version v ON v.type_id = t.id AND v.version = t.version
    WHERE t.key = $3 AND t.organisation_id IS NULL
    RETURNING id, number, created_at
), event AS (
    INSERT INTO tracker_event (id, organisation_id, tracker_id, kind, actor_id, at, version, changes)
    SELECT $10, $2, id, 'CREATED', $6, created_at, 1, '[]' FROM inserted
), cursor AS (
    UPDATE inbox SET cursor = cursor + 1 FROM inserted WHERE member_id = $5 RETURNING cursor
), notified AS (
    INSERT INTO notification (id, recipient_id, cursor, kind, tracker_id, actor_id, created_at)
    SELECT $11, $5, cursor, 'ASSIGNED', $1, $6, now() FROM cursor
    RETURNING id
), mailed AS (
    INSERT INTO mail (id, kind, recipient_id, notification_id, created_at, due_at, attempts)
    SELECT $12, 'ASSIGNMENT', $5, id, now(), now(), 0 FROM notified
)
SELECT number, (SELECT name FROM member WHERE id = $5) AS assignee FROM inserted
"""
CHECKED = """
SELECT v.id AS version_id, EXISTS (SELECT FROM learner WHERE id = $3 AND organisation_id = $1) AS has_learner,
    EXISTS (SELECT FROM employer WHERE id = $4 AND organisation_id = $1 AND confirmed) AS has_employer
FROM tracker_type t JOIN tracker_type_version v ON v.type_id = t.id AND v.version = t.version
WHERE t.key = $2 AND (t.organisation_id IS NULL OR t.organisation_id = $1)
"""


def _row_id(text: str) -> UUID:
    return UUID(urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")[2])


def _values(entry: Json) -> Json:
    values = {}
    for slot in entry["values"]:
        ((kind, value),) = slot["value"].items()
        values[slot["key"]] = str(_row_id(value)) if kind == "reference" else value
    return values


async def create_tracker(connection: Any, viewer: Record, variables: Json, _: Forms) -> Json:
    """Insert the rows of a tracker that is given to somebody else."""
    entry, tracker_id = variables["input"], uuid7()
    assignee_id = _row_id(entry["assigneeId"])
    record = await connection.fetchrow(
        CREATE, tracker_id, viewer["organisation_id"], entry["type"], _row_id(entry["learnerId"]), assignee_id,
        viewer["id"], entry["description"], date.fromisoformat(entry["dueDate"]), orjson.dumps(_values(entry)).decode(),
        uuid7(), uuid7(), uuid7(),
    )  # fmt: skip
    created = {
        "id": global_id("Tracker", tracker_id),
        "number": record["number"],
        "status": "NEW",
        "version": 1,
        "assignee": {"id": entry["assigneeId"], "name": record["assignee"]},
    }
    return {"createTracker": {"tracker": created, "errors": []}}


async def validate_tracker(connection: Any, viewer: Record, variables: Json, forms: Forms) -> Json:
    """Answer the errors of an entry for a form like JOB's."""
    entry = variables["input"]
    values = _values(entry)
    record = await connection.fetchrow(
        CHECKED, viewer["organisation_id"], entry["type"], _row_id(entry["learnerId"]), UUID(values["organisation"])
    )
    await forms.read(connection, {record["version_id"]})
    fields = forms.definitions[record["version_id"]].fields
    errors = [error for field in fields for error in _errors(field, values, has_employer=record["has_employer"])]
    if not record["has_learner"]:
        errors.append(_error("learnerId", "NOT_FOUND", "There is no such learner."))
    return {"validateTracker": errors}


def _errors(field: Any, values: Json, *, has_employer: bool) -> Iterator[Json]:
    value = values.get(field.key)
    if value is None:
        if field.required:
            yield _error(field.key, "REQUIRED", f"'{field.label}' is required.")
    elif field.kind == "TEXT" and len(value) > field.max_length:
        message = f"'{field.label}' must have at most {field.max_length} characters, and has {len(value)}."
        yield _error(field.key, "TOO_LONG", message, {"maximum": field.max_length, "length": len(value)})
    elif field.kind == "DECIMAL" and Decimal(value) > field.maximum:
        message = f"'{field.label}' must be {field.maximum} or less."
        yield _error(field.key, "TOO_LARGE", message, {"maximum": field.maximum})
    elif field.kind == "DATE":
        date.fromisoformat(value)
    elif field.kind == "REFERENCE" and not has_employer:
        yield _error(field.key, "NOT_FOUND", f"'{field.label}' must be an employer of your organisation.")
    elif field.kind == "CHOICE" and not {choice.value for choice in field.choices}.issuperset(value):
        allowed = ", ".join(choice.value for choice in field.choices)
        yield _error(
            field.key, "NOT_A_CHOICE", f"'{field.label}' has a value that cannot be chosen.", {"allowed": allowed}
        )


def _error(key: str, code: str, message: str, parameters: Mapping[str, object] | None = None) -> Json:
    listed = [{"name": name, "value": str(value)} for name, value in (parameters or {}).items()]
    return {"path": ["values", key], "code": code, "message": message, "parameters": listed, "rule": None}
