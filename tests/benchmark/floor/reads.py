"""The floor's reads: all types with their forms, a page of trackers, and one tracker with its history."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from tests.benchmark.floor.connection import Record
from tests.benchmark.floor.forms import Forms, Json, global_id

TYPES = """
SELECT t.id, t.key, t.name, t.description, t.category, t.version, v.id AS version_id
FROM tracker_type t JOIN tracker_type_version v ON v.type_id = t.id AND v.version = t.version
LEFT JOIN process_automation p ON p.key = t.key AND p.organisation_id = $1
WHERE (t.organisation_id IS NULL OR t.organisation_id = $1) AND NOT t.archived
    AND (t.category <> 'PROCESS_AUTOMATION' OR p.enabled)
ORDER BY t.organisation_id IS NOT NULL, t.position, t.name, t.id
"""
COLUMNS = """
t.id::text, t.number, t.status, t.description, t.due_date, t.created_at, t.updated_at, t.version, t.type_version_id,
t."values", ty.key AS type_key, ty.name AS type_name, l.id::text AS learner_id, l.given_names, l.family_name,
a.id::text AS assignee_id, a.name AS assignee_name, c.id::text AS creator_id, c.name AS creator_name
"""
JOINS = """
tracker t JOIN tracker_type ty ON ty.id = t.type_id JOIN learner l ON l.id = t.learner_id
LEFT JOIN member a ON a.id = t.assignee_id LEFT JOIN member c ON c.id = t.created_by_id
"""
PAGE = f"SELECT {COLUMNS} FROM {JOINS} WHERE t.organisation_id = $1 ORDER BY t.number DESC LIMIT $2"
TRACKER = f"""
SELECT {COLUMNS}, l.uln, p.name AS programme FROM {JOINS} LEFT JOIN programme p ON p.id = l.programme_id
WHERE t.organisation_id = $1 AND t.id = $2
"""
HISTORY = """
SELECT e.id::text, e.kind, e.at, e.version, e.comment, e.changes, m.id::text AS actor_id, m.name AS actor_name
FROM tracker_event e LEFT JOIN member m ON m.id = e.actor_id WHERE e.tracker_id = $1 ORDER BY e.at, e.id LIMIT 21
"""
EMPLOYERS = "SELECT id::text, name FROM employer WHERE organisation_id = $1 AND id = ANY($2)"


async def tracker_types(connection: Any, viewer: Record, _: Json, forms: Forms) -> Json:
    """Answer all types that the organisation uses."""
    types = await connection.fetch(TYPES, viewer["organisation_id"])
    await forms.read(connection, {record["version_id"] for record in types})
    return {"trackerTypes": [_type(record, viewer["roles"], forms) for record in types]}


def _type(record: Record, roles: Sequence[str], forms: Forms) -> Json:
    role = "CREATE_PROCESS_AUTOMATION_TRACKERS" if record["category"] == "PROCESS_AUTOMATION" else "CREATE_TRACKERS"
    return {
        "id": global_id("TrackerType", record["id"]),
        "key": record["key"],
        "name": record["name"],
        "description": record["description"],
        "category": record["category"],
        "version": record["version"],
        "viewerCanCreate": role in roles and "CREATE_TRACKERS" in roles,
        "learnerStatuses": forms.definitions[record["version_id"]].precondition,
        "fields": forms.fields(record["version_id"]),
    }


async def page(connection: Any, viewer: Record, variables: Json, forms: Forms) -> Json:
    """Answer the newest trackers."""
    first = variables["first"]
    records = await connection.fetch(PAGE, viewer["organisation_id"], first + 1)
    shown = records[:first]
    values, names = await _values(connection, viewer, shown, forms)
    nodes = [
        _tracker(record) | {"values": forms.values(record["type_version_id"], stored, names)}
        for record, stored in zip(shown, values, strict=True)
    ]
    cursor = urlsafe_b64encode(json.dumps(["trackers", str(shown[-1]["number"])]).encode()).decode().rstrip("=")
    return {"trackers": {"nodes": nodes, "pageInfo": {"hasNextPage": len(records) > first, "endCursor": cursor}}}


async def _values(
    connection: Any, viewer: Record, records: Sequence[Record], forms: Forms
) -> tuple[list[Json], dict[str, str]]:
    """Return each tracker's stored values, and the names of the employers that they refer to."""
    await forms.read(connection, {record["type_version_id"] for record in records})
    values = [orjson.loads(record["values"]) for record in records]
    ids = {
        row_id
        for record, stored in zip(records, values, strict=True)
        for row_id in forms.references(record["type_version_id"], stored)
    }
    employers = await connection.fetch(EMPLOYERS, viewer["organisation_id"], list(ids)) if ids else []
    return values, {record["id"]: record["name"] for record in employers}


def _tracker(record: Record) -> Json:
    return {
        "id": global_id("Tracker", record["id"]),
        "number": record["number"],
        "status": record["status"],
        "description": record["description"],
        "dueDate": record["due_date"],
        "createdAt": record["created_at"],
        "updatedAt": record["updated_at"],
        "version": record["version"],
        "type": {"key": record["type_key"], "name": record["type_name"]},
        "learner": {
            "id": global_id("Learner", record["learner_id"]),
            "name": f"{record['given_names']} {record['family_name']}",
        },
        "assignee": _member(record, "assignee"),
        "createdBy": _member(record, "creator"),
    }


def _member(record: Record, role: str) -> Json | None:
    row_id = record[f"{role}_id"]
    return row_id and {"id": global_id("Member", row_id), "name": record[f"{role}_name"]}


async def tracker(connection: Any, viewer: Record, variables: Json, forms: Forms) -> Json:
    """Answer one tracker and its history."""
    text = variables["id"]
    tracker_id = UUID(urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")[2])
    record = await connection.fetchrow(TRACKER, viewer["organisation_id"], tracker_id)
    events = await connection.fetch(HISTORY, tracker_id)
    (stored,), names = await _values(connection, viewer, [record], forms)
    answer = _tracker(record)
    head = {
        name: answer.pop(name)
        for name in ("id", "number", "status", "description", "dueDate", "createdAt", "updatedAt", "version")
    }
    answer["learner"] |= {"uln": record["uln"], "programme": record["programme"] and {"name": record["programme"]}}
    return {
        "tracker": {
            **head,
            "url": f"https://trackers.example/trackers/{head['id']}",
            **answer,
            "values": forms.values(record["type_version_id"], stored, names),
            "history": {"nodes": list(map(_event, events[:20])), "pageInfo": {"hasNextPage": len(events) > 20}},
        }
    }


def _event(record: Record) -> Json:
    return {
        "id": global_id("TrackerEvent", record["id"]),
        "kind": record["kind"],
        "at": record["at"],
        "version": record["version"],
        "comment": record["comment"],
        "actor": _member(record, "actor"),
        "changes": orjson.Fragment(_compact(record["changes"])),
    }


def _compact(changes: str) -> str:
    return changes if changes == "[]" else orjson.dumps(_ordered(orjson.loads(changes))).decode()


def _ordered(changes: list[Json]) -> list[Json]:
    return [{name: change[name] for name in ("path", "label", "before", "after")} for change in changes]
