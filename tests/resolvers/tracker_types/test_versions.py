"""Changed and archived tracker types: entries for older versions, and existing trackers."""

from models import Tracker
from tests.support.clients.graphql import data, gid
from tests.support.clients.tracker_types import (
    choices,
    create_type_successfully,
    field,
    field_output,
    manager,
    update_type_successfully,
)
from tests.support.clients.tracker_updates import update, update_and_get_errors, update_successfully
from tests.support.scenarios.college import choices_value, college, create, problem, text_value
from tests.support.scenarios.college import create_errors as refused_tracker

KEYS = "query ($all: Boolean!) { trackerTypes(category: [CUSTOM], includeArchived: $all) { key } }"
FORMS = """
query ($id: ID!) { tracker(id: $id) {
  typeVersion fields { key } type { version fields { key } } values { key display }
} }
"""
NOTE, PLACE = field("TEXT", "note", required=True), field("CHOICE", "place", choices=choices("HOME", "WORK"))


async def test_an_entry_for_an_older_version_is_refused(database: str) -> None:
    tenant = await college()
    mia = await manager(tenant)
    created = await create_type_successfully(mia, fields=[NOTE])
    entry = {
        "type": "VISIT",
        "typeVersion": 1,
        "learnerId": gid(tenant.learner),
        "values": [text_value("note", "Fine")],
    }
    assert (await create(tenant.tina, entry))["errors"] == []
    await update_type_successfully(mia, created, fields=[PLACE])
    assert await refused_tracker(tenant.tina, entry) == [
        problem(
            "typeVersion",
            "TYPE_CHANGED",
            "The form of 'Visit' has changed: version 2 is in force. Load it again.",
            version=2,
        ),
        problem("values.note", "UNKNOWN_FIELD", "This form has no such field."),
    ]
    assert (await create(tenant.tina, entry | {"typeVersion": 2, "values": [choices_value("place", "HOME")]}))[
        "errors"
    ] == []


async def test_existing_trackers_keep_their_version(database: str) -> None:
    tenant = await college()
    mia = await manager(tenant)
    created = await create_type_successfully(mia, fields=[NOTE, PLACE])
    values = [text_value("note", "Fine"), choices_value("place", "HOME")]
    payload = await create(tenant.ada, {"type": "VISIT", "learnerId": gid(tenant.learner), "values": values})
    await update_type_successfully(
        mia, created, fields=[field("INTEGER", "note"), field("TEXT", "extra", required=True)], archived=True
    )

    tracker = await Tracker.get()
    assert (await data(tenant.ada, FORMS, id=payload["tracker"]["id"]))["tracker"] == {
        "typeVersion": 1,
        "fields": [{"key": "note"}, {"key": "place"}],
        "type": {"version": 2, "fields": [{"key": "note"}, {"key": "extra"}]},
        "values": [{"key": "note", "display": "Fine"}, {"key": "place", "display": "Home"}],
    }
    changed = await update_successfully(
        tenant.ada, tracker, values=[text_value("note", "Better"), choices_value("place", "WORK")]
    )
    assert changed["values"] == [{"key": "note", "display": "Better"}, {"key": "place", "display": "Work"}]
    assert (await update_successfully(tenant.ada, tracker, status="CLOSED"))["status"] == "CLOSED"
    assert await update_and_get_errors(
        tenant.ada, tracker, values=[text_value("extra", "New"), {"key": "note", "value": None}]
    ) == [
        problem("values.note", "REQUIRED", "'note' is required."),
        problem("values.extra", "UNKNOWN_FIELD", "This form has no such field."),
    ]
    assert (await update(tenant.ada, tracker))["errors"] == []


async def test_an_older_version_keeps_its_fields_required_for_a_status(database: str) -> None:
    tenant = await college()
    mia = await manager(tenant)
    created = await create_type_successfully(mia, fields=[field("TEXT", "outcome", requiredFor=["RESOLVED"])])
    await create(tenant.ada, {"type": "VISIT", "learnerId": gid(tenant.learner)})
    await update_type_successfully(mia, created, fields=[])
    tracker = await Tracker.get()
    assert await update_and_get_errors(tenant.ada, tracker, status="RESOLVED") == [
        problem("values.outcome", "REQUIRED", "'outcome' is required for the status 'Resolved'.")
    ]
    await update_successfully(tenant.ada, tracker, status="RESOLVED", values=[text_value("outcome", "Done")])


async def test_an_archived_type_cannot_be_used_until_it_is_restored(database: str) -> None:
    tenant = await college()
    mia = await manager(tenant)
    created = await create_type_successfully(mia, fields=[])
    entry = {"type": "VISIT", "learnerId": gid(tenant.learner)}
    archived = await update_type_successfully(mia, created, archived=True)
    assert archived == created | {"version": 2, "archived": True, "viewerCanCreate": False}
    unknown = problem("type", "UNKNOWN_TYPE", "There is no such tracker type.")
    assert await refused_tracker(tenant.tina, entry) == [unknown]
    assert await data(mia, KEYS, all=False) == {"trackerTypes": []}
    assert await data(mia, KEYS, all=True) == {"trackerTypes": [{"key": "VISIT"}]}

    restored = await update_type_successfully(
        mia, await update_type_successfully(mia, archived, fields=[NOTE]), archived=False
    )
    assert restored == created | {"version": 4, "fields": [field_output("TEXT", "note", required=True)]}
    assert await data(mia, KEYS, all=False) == {"trackerTypes": [{"key": "VISIT"}]}
    payload = await create(tenant.tina, entry | {"typeVersion": 4, "values": [text_value("note", "Fine")]})
    assert payload["errors"] == []
