"""The changes stored in the history, for every kind of field and for deleted objects."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from models import StoredFile, TrackerStatus
from services.forms.documents import definition_from_document
from services.trackers.diff import TrackerState, describe_changes
from tests.support import factories as make

FORM = definition_from_document(
    {
        "fields": [
            {"key": "text", "label": "Text", "kind": "TEXT"},
            {"key": "integer", "label": "Integer", "kind": "INTEGER"},
            {"key": "decimal", "label": "Decimal", "kind": "DECIMAL"},
            {"key": "date", "label": "Date", "kind": "DATE"},
            {"key": "boolean", "label": "Boolean", "kind": "BOOLEAN"},
            {
                "key": "choice",
                "label": "Choice",
                "kind": "CHOICE",
                "multiple": True,
                "choices": [{"value": "A", "label": "Apples"}, {"value": "B", "label": "Bread"}],
            },
            {"key": "reference", "label": "Reference", "kind": "REFERENCE", "target": "EMPLOYER"},
            {"key": "file", "label": "File", "kind": "FILE", "max_files": 3},
        ]
    }
)


def make_state(**properties: Any) -> TrackerState:
    empty: dict[str, Any] = {"assignee_id": None, "description": "", "due_date": None, "values": {}}
    return TrackerState(**{"status": TrackerStatus.NEW, **empty} | properties)


def summarise(differences: list[dict[str, Any]]) -> list[tuple[str, str, str | None, str | None]]:
    return [(".".join(change["path"]), change["label"], change["before"], change["after"]) for change in differences]


async def test_every_kind_of_field_filled_changed_and_cleared(database: str) -> None:
    tenant = await make.organisation()
    acme, other = await make.employer(tenant, name="Acme"), await make.employer(tenant, name="Other")
    uploader = await make.member(tenant)
    columns: dict[str, Any] = {"organisation": tenant, "uploader": uploader, "type_key": "T", "field_key": "file"}
    files = [
        str((await StoredFile.create(name=name, media_type="image/png", bytes=1, created_at=make.now(), **columns)).id)
        for name in ("slip.png", "letter.png")
    ]
    old: dict[str, Any] = {
        "text": "Word",
        "integer": 1200,
        "decimal": "12.5",
        "date": "2026-09-01",
        "boolean": True,
        "choice": ["B"],
        "reference": str(acme.id),
        "file": files[:1],
    }
    new: dict[str, Any] = {
        "text": "Other word",
        "integer": -7,
        "decimal": "0",
        "date": "2026-10-11",
        "boolean": False,
        "choice": ["A", "B"],
        "reference": str(other.id),
        "file": files,
    }
    expected = [
        ("values.text", "Text", "Word", "Other word"),
        ("values.integer", "Integer", "1,200", "-7"),
        ("values.decimal", "Decimal", "12.5", "0"),
        ("values.date", "Date", "1 September 2026", "11 October 2026"),
        ("values.boolean", "Boolean", "Yes", "No"),
        ("values.choice", "Choice", "Bread", "Apples, Bread"),
        ("values.reference", "Reference", "Acme", "Other"),
        ("values.file", "File", "slip.png", "slip.png, letter.png"),
    ]
    assert (
        summarise(await describe_changes(tenant.id, FORM, make_state(values=old), make_state(values=new))) == expected
    )
    filled = [(path, label, None, after) for path, label, _, after in expected]
    assert summarise(await describe_changes(tenant.id, FORM, make_state(), make_state(values=new))) == filled
    cleared = [(path, label, before, None) for path, label, before, _ in expected]
    assert summarise(await describe_changes(tenant.id, FORM, make_state(values=old), make_state())) == cleared
    assert await describe_changes(tenant.id, FORM, make_state(values=old), make_state(values=dict(old))) == []


async def test_members_with_the_same_name_are_different(database: str) -> None:
    tenant = await make.organisation()
    sam, namesake = [await make.member(tenant, name="Sam") for _ in range(2)]
    differences = await describe_changes(
        tenant.id, FORM, make_state(assignee_id=sam.id), make_state(assignee_id=namesake.id)
    )
    assert summarise(differences) == [("assigneeId", "Assignee", "Sam", "Sam")]


async def test_missing_objects_and_those_of_other_organisations_have_no_name(database: str) -> None:
    tenant, foreign_employer = await make.organisation(), await make.employer(await make.organisation(), name="Secret")
    before = make_state(values={"reference": str(foreign_employer.id), "file": [str(uuid4())]}, assignee_id=UUID(int=1))
    assert summarise(await describe_changes(tenant.id, FORM, before, make_state())) == [
        ("assigneeId", "Assignee", "no longer there", None),
        ("values.reference", "Reference", "no longer there", None),
        ("values.file", "File", "no longer there", None),
    ]


async def test_changes_of_status_description_and_due_date(database: str) -> None:
    tenant = await make.organisation()
    due = dt.date(2026, 12, 1)
    after = make_state(status=TrackerStatus.RESOLVED, description="Seen", due_date=due)
    assert summarise(await describe_changes(tenant.id, FORM, make_state(), after)) == [
        ("status", "Status", "New", "Resolved"),
        ("description", "Description", None, "Seen"),
        ("dueDate", "Due date", None, "1 December 2026"),
    ]
