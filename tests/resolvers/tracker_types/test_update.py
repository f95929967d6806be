"""updateTrackerType: versions, conflicts, immutable types and permissions."""

import asyncio
from typing import Any

import pytest

from models import AuditEntry, AuditKind, Role, TrackerType, TrackerTypeVersion
from services.tracker_types.versions import version_cache
from tests.support import factories as make
from tests.support.clients.graphql import ask, data, gid
from tests.support.clients.tracker_types import (
    TYPE_BY_KEY,
    UPDATE,
    choices,
    create_type_successfully,
    field,
    manager,
    stored_types,
    update_type,
    update_type_successfully,
)
from tests.support.scenarios.college import Json, college, problem

NOTE, PLACE = field("TEXT", "note", required=True), field("CHOICE", "place", choices=choices("HOME", "WORK"))


def conflict(version: int) -> Json:
    return problem("version", "CONFLICT", "Somebody else has changed the type. Read it again.", version=version)


async def test_each_change_makes_a_version(database: str) -> None:
    mia = await manager(await college())
    created = await create_type_successfully(mia, fields=[NOTE])
    renamed = await update_type_successfully(mia, created, name=" Home visit ")
    assert renamed == created | {"version": 2, "name": "Home visit"}
    described = await update_type_successfully(mia, renamed, description="Seen\nat home")
    assert described == renamed | {"version": 3, "description": "Seen\nat home"}
    refilled = await update_type_successfully(mia, described, fields=[PLACE, NOTE])
    assert [field["key"] for field in refilled["fields"]] == ["place", "note"]
    assert refilled | {"fields": described["fields"]} == described | {"version": 4}
    cleared = await update_type_successfully(mia, refilled, description=None, name="Visit", archived=True, fields=[])
    rest: Json = {"version": 5, "name": "Visit", "archived": True, "viewerCanCreate": False, "fields": []}
    assert cleared == created | rest
    assert (await data(mia, TYPE_BY_KEY, key="VISIT"))["trackerType"] == cleared


async def test_an_update_without_change_makes_no_version(database: str) -> None:
    mia = await manager(await college())
    created = await create_type_successfully(
        mia, description="Seen", fields=[NOTE, field("DECIMAL", "hours", minimum="1.50")]
    )
    before = await stored_types()
    assert await update_type_successfully(mia, created) == created
    again = {name: created[name] for name in ("name", "description", "archived", "fields")}
    assert await update_type_successfully(mia, created, **again) == created
    equivalent = [created["fields"][0], created["fields"][1] | {"minimum": "1.5"}]
    assert await update_type_successfully(mia, created, fields=equivalent) == created
    assert await stored_types() == before


async def test_a_version_never_changes(database: str) -> None:
    mia = await manager(await college())
    created = await create_type_successfully(mia, fields=[NOTE])
    kind = await TrackerType.get(key="VISIT")
    first = await TrackerTypeVersion.filter(type=kind).values()
    await update_type_successfully(mia, created, fields=[])
    both = await TrackerTypeVersion.filter(type=kind).order_by("version").values()
    assert both[:1] == first
    assert [version["version"] for version in both] == [1, 2]


async def test_another_process_serves_the_newest_version_at_once(database: str) -> None:
    mia = await manager(await college())
    created = await create_type_successfully(mia, fields=[NOTE])
    call = await create_type_successfully(mia, key="CALL", fields=[PLACE])
    first = await TrackerTypeVersion.get(type__key="VISIT")
    definition = (await TrackerTypeVersion.get(type__key="CALL")).definition
    # The second version is written to the database directly, as if by another process.
    second = await TrackerTypeVersion.create(type_id=first.type_id, version=2, definition=definition)
    await TrackerType.filter(key="VISIT").update(version=2)
    assert (first.id in version_cache, second.id in version_cache) == (True, False)
    changed = created | {"version": 2, "fields": call["fields"]}
    assert (await data(mia, TYPE_BY_KEY, key="VISIT"))["trackerType"] == changed
    assert (first.id in version_cache, second.id in version_cache) == (True, True)


async def test_an_update_of_an_older_version_is_a_conflict_with_the_current_type(database: str) -> None:
    mia = await manager(await college())
    created = await create_type_successfully(mia)
    changed = await update_type_successfully(mia, created, name="Home visit")
    before = await stored_types()
    for entry in ({"name": "Work visit"}, {"name": "Home visit"}, {}, {"name": "", "fields": None}, {"archived": True}):
        assert await update_type(mia, created, **entry) == {"trackerType": changed, "errors": [conflict(2)]}
    assert (await update_type(mia, changed, version=3))["errors"] == [conflict(2)]
    assert await stored_types() == before


@pytest.mark.parametrize("slot", ["name", "description", "archived", "fields"])
async def test_only_one_of_concurrent_updates_succeeds(database: str, slot: str) -> None:
    mia = await manager(await college())
    created = await create_type_successfully(mia)
    entries: dict[str, list[Any]] = {
        "name": ["A", "B", "C", "D"],
        "description": ["A", "B", "C", "D"],
        "archived": [True, True, True, True],
        "fields": [[NOTE], [PLACE], [NOTE, PLACE], [PLACE, NOTE]],
    }
    payloads = await asyncio.gather(*(update_type(mia, created, **{slot: entry}) for entry in entries[slot]))
    (updated_type,) = [payload["trackerType"] for payload in payloads if not payload["errors"]]
    refused = [payload for payload in payloads if payload["errors"]]
    assert refused == [{"trackerType": updated_type, "errors": [conflict(2)]}] * 3
    assert (await data(mia, TYPE_BY_KEY, key="VISIT"))["trackerType"] == updated_type
    assert await AuditEntry.filter(kind=AuditKind.TYPE_UPDATED).count() == 1


async def test_built_in_types_and_types_of_others_cannot_be_changed(database: str) -> None:
    tenant, other = await college(automations=False), await college()
    mia = await manager(tenant)
    theirs = await create_type_successfully(await manager(other))
    before = await stored_types()
    immutable = problem("id", "IMMUTABLE", "The built-in tracker types cannot be changed.")
    missing = problem("id", "NOT_FOUND", "There is no such tracker type.")
    nameless = problem("name", "REQUIRED", "A type's name is required.")
    for kind in await TrackerType.filter(organisation_id=None):
        payload = await update_type(mia, {"id": gid(kind), "version": 1}, name=" ", archived=True)
        assert payload == {"trackerType": None, "errors": [immutable, nameless]}
    for unknown in (theirs["id"], gid(tenant.ada), "", "rubbish"):
        assert await update_type(mia, {"id": unknown, "version": 1}) == {"trackerType": None, "errors": [missing]}
    assert await stored_types() == before


async def test_required_properties_cannot_be_cleared(database: str) -> None:
    mia = await manager(await college())
    created = await create_type_successfully(mia)
    before = await stored_types()
    keep = "It cannot be cleared; leave it out to keep it."
    payload = await update_type(mia, created, name=None, archived=None, fields=None, description="x" * 2001)
    assert payload["trackerType"] is None
    assert payload["errors"] == [
        problem("name", "REQUIRED", keep),
        problem(
            "description",
            "TOO_LONG",
            "The description must have at most 2,000 characters; this has 2,001.",
            maximum=2000,
            length=2001,
        ),
        problem("archived", "REQUIRED", keep),
        problem("fields", "REQUIRED", keep),
    ]
    wrong = [field("TEXT", "note", places=2), NOTE]
    assert (await update_type(mia, created, fields=wrong))["errors"] == [
        problem(
            "fields.0.places",
            "WRONG_KIND",
            "A field of this kind has no 'places'.",
            allowed="multiline, minLength, maxLength, format, pattern, patternHint",
        ),
        problem("fields.1.key", "DUPLICATE", "Another field of the form has this key."),
    ]
    assert await stored_types() == before


async def test_changing_a_type_is_audited(database: str) -> None:
    tenant = await college()
    mia = await manager(tenant)
    created = await create_type_successfully(mia)
    eve = await manager(tenant, "Eve")
    await update_type_successfully(eve, await update_type_successfully(mia, created, fields=[NOTE]), archived=True)
    entries = await AuditEntry.filter(kind=AuditKind.TYPE_UPDATED).order_by("at")
    about: Json = {"name": "Visit", "description": ""}
    assert [(entry.actor_id, entry.details) for entry in entries] == [
        (
            mia.id,
            {
                "key": "VISIT",
                "before": about | {"archived": False, "version": 1},
                "after": about | {"archived": False, "version": 2},
                "fieldsChanged": True,
            },
        ),
        (
            eve.id,
            {
                "key": "VISIT",
                "before": about | {"archived": False, "version": 2},
                "after": about | {"archived": True, "version": 3},
                "fieldsChanged": False,
            },
        ),
    ]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.MANAGE_SETTINGS])
async def test_only_members_who_manage_settings_change_types(database: str, role: Role) -> None:
    tenant = await college()
    created = await create_type_successfully(await manager(tenant))
    member = await make.member(tenant.organisation, roles=[role])
    before = await stored_types()
    for entry in ({"id": created["id"], "version": 1, "name": "Mine"}, {"id": "rubbish", "version": 0, "name": None}):
        answer = await ask(member, UPDATE, input=entry)
        assert answer["data"] == {"updateTrackerType": None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert await stored_types() == before
