"""Whatever form is taken can be drawn, entered again, filled with right values and read back."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.resolvers.tracker_types.test_create import VALUES
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.clients.tracker_types import create_type, manager, type_made
from tests.support.scenarios.college import College, Json, college, create
from tests.support.scenarios.generated_forms import SLOT, Filling, forms

_numbers = itertools.count(1)


@pytest.fixture
async def house(database: str) -> College:
    """One organisation for all the forms of a test."""
    return await college()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=forms(), chosen=st.data())
async def test_any_valid_form_is_created_served_filled_and_read_back(
    house: College, fields: list[Json], chosen: st.DataObject
) -> None:
    mia = await manager(house)
    payload = await create_type(mia, key=f"TYPE_{next(_numbers)}", fields=fields)
    if payload["errors"]:
        event("refused")
        assert payload["trackerType"] is None
        assert {error["path"][0] for error in payload["errors"]} == {"fields"}
        return
    event("taken")
    drawn = payload["trackerType"]["fields"]
    assert [(one["key"], one["kind"], one["required"]) for one in drawn] == [
        (one["key"], one["kind"], one["required"]) for one in fields
    ]
    assert (await type_made(mia, key=f"TYPE_{next(_numbers)}", fields=drawn))["fields"] == drawn

    filling = Filling(
        chosen,
        {
            "MEMBER": gid(house.bob),
            "EMPLOYER": gid(house.employer),
            "PROGRAMME": gid(await make.programme(house.organisation)),
        },
    )
    values = filling.fill(drawn)
    if not filling.possible:
        event("days chosen that leave none for a required date")
        return
    entry = {"type": payload["trackerType"]["key"], "learnerId": gid(house.learner), "values": values}
    opened = await create(house.ada, entry)
    assert opened["errors"] == []
    found = (await data(house.ada, VALUES, id=opened["tracker"]["id"]))["tracker"]
    assert [one["key"] for one in found["fields"]] == [one["key"] for one in drawn]
    kinds = {one["key"]: one["kind"] for one in drawn}
    read = {one["key"]: entered(kinds[one["key"]], one) for one in found["values"]}
    assert read == {key: set(one) if kinds[key] == "CHOICE" else one for key, one in filling.values.items()}


def entered(kind: str, value: Json) -> Any:
    """What one would enter to get a value as it is served; choices in any order."""
    if kind == "REFERENCE":
        return value["node"]["id"]
    return {one["value"] for one in value["choices"]} if kind == "CHOICE" else value[SLOT[kind]]
