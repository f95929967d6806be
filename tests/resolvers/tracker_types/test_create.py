"""createTrackerType: every kind of field, permissions, unique keys and concurrency."""

import asyncio
from typing import Any

import pytest

from models import AuditEntry, AuditKind, Member, Role, TrackerType
from services.kernel.global_ids import to_global_id
from tests.support import factories as make
from tests.support.clients.graphql import ask, data, gid
from tests.support.clients.tracker_types import (
    CREATE,
    TYPE_BY_KEY,
    VALUES,
    choices,
    create_type,
    create_type_successfully,
    field,
    field_output,
    manager,
    stored_types,
)
from tests.support.scenarios.college import Json, choices_value, college, create, date_value, problem, text_value
from tests.support.scenarios.uploads import create_upload

EVERY_KIND = [
    field("TEXT", "note", label=" Note ", help="What  was\nseen", required=True, minLength=2, maxLength=50),
    field("TEXT", "report", multiline=True),
    field("TEXT", "uln", format="ULN", pattern="[1-9][0-9]+", patternHint="10 digits, the first not 0"),
    field("INTEGER", "people", minimum="1", maximum="50"),
    field("DECIMAL", "hours", minimum="0.25", maximum="168.0", places=3),
    field("DATE", "seenOn", required=True, latest=[{"today": True}], earliest=[{"date": "2020-01-01"}]),
    field("DATE", "followUp", earliest=[{"field": "seenOn", "offsetDays": 1}]),
    field("BOOLEAN", "urgent", default=False),
    field("BOOLEAN", "agreed", mustBeTrue=True),
    field("CHOICE", "place", choices=choices("HOME", "WORK"), required=True),
    field("CHOICE", "topics", choices=choices("SAFETY", "PAY"), multiple=True, requiredFor=["CLOSED", "RESOLVED"]),
    field("TEXT", "where", visibleWhen={"field": "place", "isOneOf": ["WORK"]}),
    field("REFERENCE", "employer", target="EMPLOYER", confirmedOnly=True),
    field("REFERENCE", "visitor", target="MEMBER"),
    field("FILE", "photo", accept=["image/*", "Application/PDF"], maxBytes=1000, maxFiles=2),
]
BOUND = {"date": None, "today": False, "field": None, "offsetDays": 0}
LISTED = {"validFrom": None, "validTo": None}
SERVED = [
    field_output("TEXT", "note", label="Note", help="What  was\nseen", required=True, minLength=2, maxLength=50),
    field_output("TEXT", "report", multiline=True, maxLength=2000),
    field_output("TEXT", "uln", format="ULN", pattern="[1-9][0-9]+", patternHint="10 digits, the first not 0"),
    field_output("INTEGER", "people", minimum="1", maximum="50"),
    field_output("DECIMAL", "hours", minimum="0.25", maximum="168.0", places=3),
    field_output(
        "DATE",
        "seenOn",
        required=True,
        latest=[BOUND | {"today": True}],
        earliest=[BOUND | {"date": "2020-01-01"}],
    ),
    field_output("DATE", "followUp", earliest=[BOUND | {"field": "seenOn", "offsetDays": 1}]),
    field_output("BOOLEAN", "urgent", default=False),
    field_output("BOOLEAN", "agreed", mustBeTrue=True),
    field_output("CHOICE", "place", choices=[choice | LISTED for choice in choices("HOME", "WORK")], required=True),
    field_output(
        "CHOICE",
        "topics",
        choices=[choice | LISTED for choice in choices("SAFETY", "PAY")],
        multiple=True,
        requiredFor=["CLOSED", "RESOLVED"],
    ),
    field_output("TEXT", "where", visibleWhen={"field": "place", "isOneOf": ["WORK"]}),
    field_output("REFERENCE", "employer", target="EMPLOYER", confirmedOnly=True),
    field_output("REFERENCE", "visitor", target="MEMBER"),
    field_output("FILE", "photo", accept=["image/*", "application/pdf"], maxBytes=1000, maxFiles=2),
]


async def test_every_kind_of_field_is_created_queried_and_filled(database: str) -> None:
    tenant = await college()
    mia = await manager(tenant)
    created = await create_type_successfully(mia, description=" Seen\nat work ", fields=EVERY_KIND)
    assert created == {
        "id": gid(await TrackerType.get(key="VISIT")),
        "key": "VISIT",
        "name": "Visit",
        "description": "Seen\nat work",
        "category": "CUSTOM",
        "version": 1,
        "archived": False,
        "viewerCanCreate": True,
        "fields": SERVED,
    }

    photo = await create_upload(tenant, tenant.tina, "desk.png", type_key="VISIT", field_key="photo")
    values = [
        text_value("note", "Fine"),
        text_value("uln", "1000000027"),
        {"key": "people", "value": {"integer": 3}},
        {"key": "hours", "value": {"decimal": "0.125"}},
        date_value("seenOn", "2026-09-01"),
        date_value("followUp", "2026-09-02"),
        {"key": "agreed", "value": {"boolean": True}},
        choices_value("place", "WORK"),
        choices_value("topics", "PAY", "SAFETY"),
        text_value("where", "Kitchen"),
        {"key": "employer", "value": {"reference": gid(tenant.employer)}},
        {"key": "visitor", "value": {"reference": gid(tenant.bob)}},
        {"key": "photo", "value": {"files": [to_global_id("File", photo.id)]}},
    ]
    entry = {"type": "VISIT", "typeVersion": 1, "learnerId": gid(tenant.learner), "values": values}
    refused = await create(tenant.tina, entry)
    message = "'hours' must be 0.25 or more."
    assert refused["errors"] == [problem("values.hours", "TOO_SMALL", message, minimum="0.25")]
    values[3] = {"key": "hours", "value": {"decimal": "7.5"}}
    payload = await create(tenant.tina, entry)
    assert payload["errors"] == []
    tracker = (await data(tenant.tina, VALUES, id=payload["tracker"]["id"]))["tracker"]

    assert (tracker["type"], tracker["typeVersion"]) == ({"key": "VISIT"}, 1)
    assert [field["key"] for field in tracker["fields"]] == [field["key"] for field in SERVED]
    assert tracker["values"] == [
        value("note", "Fine", label="Note", text="Fine"),
        value("uln", "1000000027", text="1000000027"),
        value("people", "3", integer=3),
        value("hours", "7.5", decimal="7.5"),
        value("seenOn", "1 September 2026", date="2026-09-01"),
        value("followUp", "2 September 2026", date="2026-09-02"),
        value("urgent", "No", boolean=False),
        value("agreed", "Yes", boolean=True),
        value("place", "Work", choices=[{"value": "WORK"}]),
        value("topics", "Safety, Pay", choices=[{"value": "SAFETY"}, {"value": "PAY"}]),
        value("where", "Kitchen", text="Kitchen"),
        value("employer", "Acme", node={"id": gid(tenant.employer)}),
        value("visitor", "Bob", node={"id": gid(tenant.bob)}),
        value("photo", "desk.png", files=[{"name": "desk.png", "mediaType": "image/png", "bytes": 9}]),
    ]


def value(key: str, display: str, *, label: str | None = None, **slot: Any) -> Json:
    return {"key": key, "label": label or key, "display": display} | slot


async def test_queried_fields_can_be_submitted_again(database: str) -> None:
    mia = await manager(await college())
    created = await create_type_successfully(mia, fields=EVERY_KIND)
    again = await create_type_successfully(mia, key="AGAIN", fields=created["fields"])
    assert again["fields"] == created["fields"]


@pytest.mark.slow
async def test_the_form_of_every_built_in_type_can_be_recreated(database: str) -> None:
    mia = await manager(await college())
    for kind in await TrackerType.filter(organisation_id=None):
        served_type = (await data(mia, TYPE_BY_KEY, key=kind.key))["trackerType"]
        fields = [
            field | {"requiredFor": [status for status in field["requiredFor"] if status != "APPROVED"]}
            for field in served_type["fields"]
        ]
        assert (await create_type_successfully(mia, key=f"MY_{kind.key}", fields=fields))["fields"] == fields


async def test_a_type_belongs_to_one_organisation_and_others_may_use_its_key(database: str) -> None:
    tenant, other = await college(), await college()
    mia, mo = await manager(tenant), await manager(other, "Mo")
    created = await create_type_successfully(mia)
    assert await data(other.ada, TYPE_BY_KEY, key="VISIT") == {"trackerType": None}
    theirs = await create_type_successfully(mo, name="Theirs")
    assert theirs["id"] != created["id"]
    assert (await data(mia, TYPE_BY_KEY, key="VISIT"))["trackerType"]["name"] == "Visit"


async def test_a_key_is_unique(database: str) -> None:
    tenant = await college()
    mia = await manager(tenant)
    await create_type_successfully(mia)
    await make.tracker_type(tenant.organisation, key="OLD", archived=True)
    before = await stored_types()
    taken = problem("key", "DUPLICATE", "There is already a tracker type with this key.")
    for key in ("VISIT", "OLD", "JOB", "WITHDRAWAL"):
        assert await create_type(mia, key=key) == {"trackerType": None, "errors": [taken]}
    assert (await create_type(mia, key="JOB", name=""))["errors"] == [
        taken,
        problem("name", "REQUIRED", "A type's name is required."),
    ]
    assert await stored_types() == before


async def test_only_one_of_concurrent_types_with_the_same_key_is_created(database: str) -> None:
    mia = await manager(await college())
    payloads = await asyncio.gather(*(create_type(mia, name=f"Visit {n}") for n in range(8)))
    assert sorted([error["code"] for error in payload["errors"]] for payload in payloads) == [[], *[["DUPLICATE"]] * 7]
    (created,) = [payload["trackerType"] for payload in payloads if payload["trackerType"]]
    assert (await TrackerType.get(key="VISIT")).name == created["name"]
    assert await AuditEntry.all().count() == 1


async def test_creating_a_type_is_audited(database: str) -> None:
    tenant = await college()
    mia = await manager(tenant)
    await create_type_successfully(mia, description="Seen at work", fields=EVERY_KIND)
    (audit_entry,) = await AuditEntry.all()
    assert (audit_entry.kind, audit_entry.actor_id, audit_entry.organisation_id) == (
        AuditKind.TYPE_CREATED,
        mia.id,
        tenant.organisation.id,
    )
    assert audit_entry.subject_id == (await TrackerType.get(key="VISIT")).id
    assert audit_entry.details == {
        "key": "VISIT",
        "name": "Visit",
        "description": "Seen at work",
        "archived": False,
        "version": 1,
    }


@pytest.mark.parametrize("role", [role for role in Role if role != Role.MANAGE_SETTINGS])
async def test_only_members_who_manage_settings_create_types(database: str, role: Role) -> None:
    tenant = await college()
    member: Member = await make.member(tenant.organisation, roles=[role])
    before = await stored_types()
    entry = {"key": "VISIT", "name": "", "fields": []}
    answer = await ask(member, CREATE, input=entry)
    assert answer["data"] == {"createTrackerType": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert await stored_types() == before
