"""updateTrackerType: a version a change, two at once, what cannot be changed and by whom."""

import asyncio
from typing import Any

import pytest

from models import AuditEntry, AuditKind, Role, TrackerType, TrackerTypeVersion
from services.tracker_types.versions import version_cache, versions_by_id
from tests.support import factories as make
from tests.support.clients.graphql import ask, data, gid
from tests.support.clients.tracker_types import (
    ONE,
    UPDATE,
    choices,
    field,
    manager,
    type_changed,
    type_made,
    types_written,
    update_type,
)
from tests.support.scenarios.college import Json, college, problem

NOTE, PLACE = field("TEXT", "note", required=True), field("CHOICE", "place", choices=choices("HOME", "WORK"))


def conflict(version: int) -> Json:
    return problem("version", "CONFLICT", "Somebody else has changed the type. Read it again.", version=version)


async def test_each_change_makes_a_version(database: str) -> None:
    mia = await manager(await college())
    made = await type_made(mia, fields=[NOTE])
    named = await type_changed(mia, made, name=" Home visit ")
    assert named == made | {"version": 2, "name": "Home visit"}
    told = await type_changed(mia, named, description="Seen\nat home")
    assert told == named | {"version": 3, "description": "Seen\nat home"}
    formed = await type_changed(mia, told, fields=[PLACE, NOTE])
    assert [one["key"] for one in formed["fields"]] == ["place", "note"]
    assert formed | {"fields": told["fields"]} == told | {"version": 4}
    cleared = await type_changed(mia, formed, description=None, name="Visit", archived=True, fields=[])
    rest: Json = {"version": 5, "name": "Visit", "archived": True, "viewerCanCreate": False, "fields": []}
    assert cleared == made | rest
    assert (await data(mia, ONE, key="VISIT"))["trackerType"] == cleared


async def test_an_update_without_change_makes_no_version(database: str) -> None:
    mia = await manager(await college())
    made = await type_made(mia, description="Seen", fields=[NOTE, field("DECIMAL", "hours", minimum="1.50")])
    before = await types_written()
    assert await type_changed(mia, made) == made
    again = {name: made[name] for name in ("name", "description", "archived", "fields")}
    assert await type_changed(mia, made, **again) == made
    alike = [made["fields"][0], made["fields"][1] | {"minimum": "1.5"}]
    assert await type_changed(mia, made, fields=alike) == made
    assert await types_written() == before


async def test_a_version_never_changes(database: str) -> None:
    mia = await manager(await college())
    made = await type_made(mia, fields=[NOTE])
    kind = await TrackerType.get(key="VISIT")
    first = await TrackerTypeVersion.filter(type=kind).values()
    await type_changed(mia, made, fields=[])
    both = await TrackerTypeVersion.filter(type=kind).order_by("version").values()
    assert both[:1] == first
    assert [one["version"] for one in both] == [1, 2]


async def test_another_process_serves_the_newest_version_at_once(database: str) -> None:
    mia = await manager(await college())
    made = await type_made(mia, fields=[NOTE])
    changed = await type_changed(mia, made, fields=[PLACE])
    first, second = await TrackerTypeVersion.filter(type__key="VISIT").order_by("version")
    version_cache.clear()  # as in a process that has read the first version only
    await versions_by_id([first.id])
    assert (await data(mia, ONE, key="VISIT"))["trackerType"] == changed
    assert first.id in version_cache
    assert second.id in version_cache


async def test_an_update_of_an_older_version_is_a_conflict_with_the_current_type(database: str) -> None:
    mia = await manager(await college())
    made = await type_made(mia)
    changed = await type_changed(mia, made, name="Home visit")
    before = await types_written()
    for entry in ({"name": "Work visit"}, {"name": "Home visit"}, {}, {"name": "", "fields": None}, {"archived": True}):
        assert await update_type(mia, made, **entry) == {"trackerType": changed, "errors": [conflict(2)]}
    assert (await update_type(mia, changed, version=3))["errors"] == [conflict(2)]
    assert await types_written() == before


@pytest.mark.parametrize("slot", ["name", "description", "archived", "fields"])
async def test_of_concurrent_updates_one_succeeds(database: str, slot: str) -> None:
    mia = await manager(await college())
    made = await type_made(mia)
    entries: dict[str, list[Any]] = {
        "name": ["A", "B", "C", "D"],
        "description": ["A", "B", "C", "D"],
        "archived": [True, True, True, True],
        "fields": [[NOTE], [PLACE], [NOTE, PLACE], [PLACE, NOTE]],
    }
    payloads = await asyncio.gather(*(update_type(mia, made, **{slot: entry}) for entry in entries[slot]))
    (won,) = [payload["trackerType"] for payload in payloads if not payload["errors"]]
    told = [payload for payload in payloads if payload["errors"]]
    assert told == [{"trackerType": won, "errors": [conflict(2)]}] * 3
    assert (await data(mia, ONE, key="VISIT"))["trackerType"] == won
    assert await AuditEntry.filter(kind=AuditKind.TYPE_UPDATED).count() == 1


async def test_which_types_cannot_be_changed(database: str) -> None:
    house, other = await college(automations=False), await college()
    mia = await manager(house)
    theirs = await type_made(await manager(other))
    before = await types_written()
    immutable = problem("id", "IMMUTABLE", "The built-in tracker types cannot be changed.")
    missing = problem("id", "NOT_FOUND", "There is no such tracker type.")
    nameless = problem("name", "REQUIRED", "A type's name is required.")
    for kind in await TrackerType.filter(organisation_id=None):
        found = await update_type(mia, {"id": gid(kind), "version": 1}, name=" ", archived=True)
        assert found == {"trackerType": None, "errors": [immutable, nameless]}
    for unknown in (theirs["id"], gid(house.ada), "", "rubbish"):
        assert await update_type(mia, {"id": unknown, "version": 1}) == {"trackerType": None, "errors": [missing]}
    assert await types_written() == before


async def test_what_cannot_be_cleared(database: str) -> None:
    mia = await manager(await college())
    made = await type_made(mia)
    before = await types_written()
    keep = "It cannot be cleared; leave it out to keep it."
    found = await update_type(mia, made, name=None, archived=None, fields=None, description="x" * 2001)
    assert found["trackerType"] is None
    assert found["errors"] == [
        problem("name", "REQUIRED", keep),
        problem(
            "description",
            "TOO_LONG",
            "The description may have at most 2,000 characters; this has 2,001.",
            maximum=2000,
            length=2001,
        ),
        problem("archived", "REQUIRED", keep),
        problem("fields", "REQUIRED", keep),
    ]
    wrong = [field("TEXT", "note", places=2), NOTE]
    assert (await update_type(mia, made, fields=wrong))["errors"] == [
        problem(
            "fields.0.places",
            "WRONG_KIND",
            "A field of kind TEXT has no places.",
            allowed="multiline, minLength, maxLength, format, pattern",
        ),
        problem("fields.1.key", "DUPLICATE", "Another field of the form has this key."),
    ]
    assert await types_written() == before


async def test_changing_a_type_is_audited(database: str) -> None:
    house = await college()
    mia = await manager(house)
    made = await type_made(mia)
    eve = await manager(house, "Eve")
    await type_changed(eve, await type_changed(mia, made, fields=[NOTE]), archived=True)
    kept = await AuditEntry.filter(kind=AuditKind.TYPE_UPDATED).order_by("at")
    about: Json = {"name": "Visit", "description": ""}
    assert [(one.actor_id, one.details) for one in kept] == [
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
    house = await college()
    made = await type_made(await manager(house))
    member = await make.member(house.organisation, roles=[role])
    before = await types_written()
    for entry in ({"id": made["id"], "version": 1, "name": "Mine"}, {"id": "rubbish", "version": 0, "name": None}):
        answer = await ask(member, UPDATE, input=entry)
        assert answer["data"] == {"updateTrackerType": None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert await types_written() == before
