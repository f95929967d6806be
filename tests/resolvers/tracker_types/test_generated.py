"""Generated forms: what is accepted can be served, entered again, filled with valid values and read back."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.resolvers.tracker_types.test_create import VALUES
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.clients.tracker_types import create_type, create_type_ok, manager
from tests.support.scenarios.college import College, Json, college, create
from tests.support.scenarios.generated_forms import INPUT_SLOTS, FormFiller, forms

pytestmark = pytest.mark.slow

_numbers = itertools.count(1)


@pytest.fixture
async def tenant(database: str) -> College:
    """One organisation for all the forms of a test."""
    return await college()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=forms(), chosen=st.data())
async def test_any_valid_form_is_created_served_filled_and_read_back(
    tenant: College, fields: list[Json], chosen: st.DataObject
) -> None:
    mia = await manager(tenant)
    payload = await create_type(mia, key=f"TYPE_{next(_numbers)}", fields=fields)
    if payload["errors"]:
        event("refused")
        assert payload["trackerType"] is None
        assert {error["path"][0] for error in payload["errors"]} == {"fields"}
        return
    event("taken")
    served_fields = payload["trackerType"]["fields"]
    assert [(field["key"], field["kind"], field["required"]) for field in served_fields] == [
        (field["key"], field["kind"], field["required"]) for field in fields
    ]
    assert (await create_type_ok(mia, key=f"TYPE_{next(_numbers)}", fields=served_fields))["fields"] == served_fields

    filler = FormFiller(
        chosen,
        {
            "MEMBER": gid(tenant.bob),
            "EMPLOYER": gid(tenant.employer),
            "PROGRAMME": gid(await make.programme(tenant.organisation)),
        },
    )
    values = filler.fill(served_fields)
    if not filler.is_fillable:
        event("days chosen that leave none for a required date")
        return
    entry = {"type": payload["trackerType"]["key"], "learnerId": gid(tenant.learner), "values": values}
    payload_of_tracker = await create(tenant.ada, entry)
    assert payload_of_tracker["errors"] == []
    tracker = (await data(tenant.ada, VALUES, id=payload_of_tracker["tracker"]["id"]))["tracker"]
    assert [field["key"] for field in tracker["fields"]] == [field["key"] for field in served_fields]
    kinds = {field["key"]: field["kind"] for field in served_fields}
    read = {value["key"]: entered(kinds[value["key"]], value) for value in tracker["values"]}
    assert read == {key: set(value) if kinds[key] == "CHOICE" else value for key, value in filler.values.items()}


def entered(kind: str, value: Json) -> Any:
    """Return the entry that a served value comes from; choices are a set."""
    if kind == "REFERENCE":
        return value["node"]["id"]
    return {choice["value"] for choice in value["choices"]} if kind == "CHOICE" else value[INPUT_SLOTS[kind]]
