"""A type that has changed, or is archived: forms that are being filled in, and the trackers that there are."""

from models import Tracker
from tests.support.clients.graphql import data, gid
from tests.support.clients.tracker_types import choices, field, manager, served, type_changed, type_made
from tests.support.clients.tracker_updates import refused, update, updated
from tests.support.scenarios.college import chosen, college, create, problem, text
from tests.support.scenarios.college import refused as refused_tracker

KEYS = "query ($all: Boolean!) { trackerTypes(category: [CUSTOM], includeArchived: $all) { key } }"
FORMS = """
query ($id: ID!) { tracker(id: $id) {
  typeVersion fields { key } type { version fields { key } } values { key display }
} }
"""
NOTE, PLACE = field("TEXT", "note", required=True), field("CHOICE", "place", choices=choices("HOME", "WORK"))


async def test_an_entry_for_an_older_version_is_refused(database: str) -> None:
    house = await college()
    mia = await manager(house)
    made = await type_made(mia, fields=[NOTE])
    entry = {"type": "VISIT", "typeVersion": 1, "learnerId": gid(house.learner), "values": [text("note", "Fine")]}
    assert (await create(house.tina, entry))["errors"] == []
    await type_changed(mia, made, fields=[PLACE])
    assert await refused_tracker(house.tina, entry) == [
        problem(
            "typeVersion",
            "TYPE_CHANGED",
            "The form of Visit has changed: version 2 is in force. Load it again.",
            version=2,
        ),
        problem("values.note", "UNKNOWN_FIELD", "This form has no such field."),
    ]
    assert (await create(house.tina, entry | {"typeVersion": 2, "values": [chosen("place", "HOME")]}))["errors"] == []


async def test_trackers_keep_their_version(database: str) -> None:
    house = await college()
    mia = await manager(house)
    made = await type_made(mia, fields=[NOTE, PLACE])
    values = [text("note", "Fine"), chosen("place", "HOME")]
    opened = await create(house.ada, {"type": "VISIT", "learnerId": gid(house.learner), "values": values})
    await type_changed(
        mia, made, fields=[field("INTEGER", "note"), field("TEXT", "extra", required=True)], archived=True
    )

    tracker = await Tracker.get()
    assert (await data(house.ada, FORMS, id=opened["tracker"]["id"]))["tracker"] == {
        "typeVersion": 1,
        "fields": [{"key": "note"}, {"key": "place"}],
        "type": {"version": 2, "fields": [{"key": "note"}, {"key": "extra"}]},
        "values": [{"key": "note", "display": "Fine"}, {"key": "place", "display": "Home"}],
    }
    changed = await updated(house.ada, tracker, values=[text("note", "Better"), chosen("place", "WORK")])
    assert changed["values"] == [{"key": "note", "display": "Better"}, {"key": "place", "display": "Work"}]
    assert (await updated(house.ada, tracker, status="CLOSED"))["status"] == "CLOSED"
    assert await refused(house.ada, tracker, values=[text("extra", "New"), {"key": "note", "value": None}]) == [
        problem("values.note", "REQUIRED", "note is required."),
        problem("values.extra", "UNKNOWN_FIELD", "This form has no such field."),
    ]
    assert (await update(house.ada, tracker))["errors"] == []


async def test_what_an_older_version_required_for_a_status_is_still_required(database: str) -> None:
    house = await college()
    mia = await manager(house)
    made = await type_made(mia, fields=[field("TEXT", "outcome", requiredFor=["RESOLVED"])])
    await create(house.ada, {"type": "VISIT", "learnerId": gid(house.learner)})
    await type_changed(mia, made, fields=[])
    tracker = await Tracker.get()
    assert await refused(house.ada, tracker, status="RESOLVED") == [
        problem("values.outcome", "REQUIRED", "outcome is required for the status Resolved.")
    ]
    await updated(house.ada, tracker, status="RESOLVED", values=[text("outcome", "Done")])


async def test_an_archived_type_creates_no_tracker_until_it_is_restored(database: str) -> None:
    house = await college()
    mia = await manager(house)
    made = await type_made(mia, fields=[])
    entry = {"type": "VISIT", "learnerId": gid(house.learner)}
    gone = await type_changed(mia, made, archived=True)
    assert gone == made | {"version": 2, "archived": True, "viewerCanCreate": False}
    unknown = problem("type", "UNKNOWN_TYPE", "There is no such tracker type.")
    assert await refused_tracker(house.tina, entry) == [unknown]
    assert await data(mia, KEYS, all=False) == {"trackerTypes": []}
    assert await data(mia, KEYS, all=True) == {"trackerTypes": [{"key": "VISIT"}]}

    back = await type_changed(mia, await type_changed(mia, gone, fields=[NOTE]), archived=False)
    assert back == made | {"version": 4, "fields": [served("TEXT", "note", required=True)]}
    assert await data(mia, KEYS, all=False) == {"trackerTypes": [{"key": "VISIT"}]}
    opened = await create(house.tina, entry | {"typeVersion": 4, "values": [text("note", "Fine")]})
    assert opened["errors"] == []
