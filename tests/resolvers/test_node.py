"""Any object by its id, for whoever sees it."""

from uuid import UUID

import pytest

from models.base import new_id
from services.kernel.global_ids import to_global_id
from tests.support.clients.graphql import ask, data
from tests.support.scenarios.college import college
from tests.support.scenarios.nodes import BY_ID, by_id, everything, itself, nothing


async def test_every_type_is_found_by_its_id_by_whoever_sees_it(database: str) -> None:
    house = await college()
    ids = await everything(house)
    assert await by_id(house.ada, ids) == {name: itself(name, id_) for name, id_ in ids.items()}
    # A notification is its recipient's alone; what does not concern a tutor is not there for them.
    assert await data(house.bob, BY_ID, id=ids["Notification"]) == nothing("Notification", "")
    hidden = {"Tracker", "Learner", "LearningAim", "TrackerEvent", "Notification"}
    assert await by_id(house.tina, ids) == {
        name: (nothing if name in hidden else itself)(name, id_) for name, id_ in ids.items()
    }


async def test_another_organisations_rows_are_not_there(database: str) -> None:
    house, other = await college(), await college()
    ids = await everything(other)
    for member in (house.ada, house.tina):
        assert await by_id(member, ids) == {name: nothing(name, id_) for name, id_ in ids.items()}


@pytest.mark.parametrize("name", ["Member", "Employer", "Tracker", "ProcessAutomation", "TrackerType", "Viewer", "x"])
async def test_an_id_of_nothing_or_of_another_type_is_null(database: str, name: str) -> None:
    house = await college()
    for row_id in (new_id(), UUID(int=0), house.learner.id, house.organisation.id):
        assert await data(house.ada, BY_ID, id=to_global_id(name, row_id)) == nothing(name, "")


@pytest.mark.parametrize("given", ["", "rubbish", "é", "\x00", "\ud800", "TGVhcm5lcjox", "=" * 10_000, "42"])
async def test_what_is_no_id_is_a_request_error(database: str, given: str) -> None:
    house = await college()
    expected = {"node": ["id"], "nodes": ["ids", "0"], "tracker": ["id"], "learner": ["id"]}
    found = {}
    for field, path in expected.items():
        document = f"query ($id: ID!) {{ {field}({path[0]}: {'[$id]' if field == 'nodes' else '$id'}) {{ id }} }}"
        (error,) = (await ask(house.ada, document, id=given))["errors"]
        assert error["extensions"].pop("code") == "BAD_USER_INPUT"
        found[field] = error["extensions"]["path"]
    assert found == expected
