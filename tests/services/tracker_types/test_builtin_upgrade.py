"""The built-in types in a database of version 0.2.0: one new version each, and trackers that keep theirs."""

from models import Tracker, TrackerType, TrackerTypeVersion
from services.tracker_types.builtin import load_builtin_types, write_builtin_types
from tests.support.clients.graphql import data, gid
from tests.support.scenarios.college import choices_value, college, create_successfully
from tests.support.scenarios.released_types import RELEASED_TYPES

READ = """
query ($id: ID!) {
  node(id: $id) { ... on Tracker { typeVersion values { key display } } }
}
"""
UPDATE = """
mutation ($input: UpdateTrackerInput!) {
  updateTracker(input: $input) { tracker { version values { key display } } errors { path code message } }
}
"""


async def newest_versions() -> dict[str, int]:
    return {row.key: row.version for row in await TrackerType.filter(organisation_id=None)}


async def test_each_type_that_changed_gets_one_new_version(database: str) -> None:
    await write_builtin_types(RELEASED_TYPES)
    before, stored = await newest_versions(), await TrackerTypeVersion.all().count()
    await write_builtin_types()
    after = await newest_versions()

    released = {builtin.key: builtin.definition for builtin in RELEASED_TYPES}
    changed = {builtin.key for builtin in load_builtin_types() if builtin.definition != released[builtin.key]}
    assert "COMPLIANCE" in changed
    assert "JOB" not in changed
    assert after == {key: version + (key in changed) for key, version in before.items()}
    assert await TrackerTypeVersion.all().count() == stored + len(changed)

    await write_builtin_types()
    assert await newest_versions() == after


async def test_a_tracker_of_the_released_version_is_read_and_changed_by_its_own_form(database: str) -> None:
    await write_builtin_types(RELEASED_TYPES)
    tenant = await college()
    values = [choices_value("documentKind", "TRAINING_PLAN"), choices_value("issue", "MISSING")]
    entry = {"type": "COMPLIANCE", "learnerId": gid(tenant.learner), "values": values, "description": "Plan?"}
    assert await create_successfully(tenant.ada, entry) == 1
    released_version = (await newest_versions())["COMPLIANCE"]
    await write_builtin_types()

    tracker = await Tracker.get()
    shown = [
        {"key": "documentKind", "display": "Training plan (commitment statement)"},
        {"key": "issue", "display": "Missing"},
    ]
    assert await data(tenant.ada, READ, id=gid(tracker)) == {"node": {"typeVersion": released_version, "values": shown}}
    change = {"id": gid(tracker), "version": 1, "values": [choices_value("issue", "INCORRECT")]}
    assert await data(tenant.ada, UPDATE, input=change) == {
        "updateTracker": {
            "tracker": {"version": 2, "values": [shown[0], {"key": "issue", "display": "Incorrect"}]},
            "errors": [],
        }
    }
    newer_choice = {"id": gid(tracker), "version": 2, "values": [choices_value("documentKind", "UNIT_TRAINING_PLAN")]}
    answer = await data(tenant.ada, UPDATE, input=newer_choice)
    assert [(error["path"], error["code"]) for error in answer["updateTracker"]["errors"]] == [
        (["values", "documentKind"], "NOT_A_CHOICE")
    ]
