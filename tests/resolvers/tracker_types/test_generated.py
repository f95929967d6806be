"""Property-based tests of custom forms: creating, querying and filling generated forms."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.clients.tracker_types import VALUES, create_type, create_type_successfully, manager
from tests.support.generators.generated_forms import INPUT_SLOTS, FormFiller, forms
from tests.support.scenarios.college import College, Json, college, create

pytestmark = pytest.mark.slow

_numbers = itertools.count(1)


@pytest.fixture
async def tenant(database: str) -> College:
    """Create an organisation for all the forms of a test."""
    return await college()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=forms(), data_source=st.data())
async def test_any_valid_form_is_created_served_filled_and_read_back(
    tenant: College, fields: list[Json], data_source: st.DataObject
) -> None:
    mia = await manager(tenant)
    payload = await create_type(mia, key=f"TYPE_{next(_numbers)}", fields=fields)
    if payload["errors"]:
        event("refused")
        assert payload["trackerType"] is None
        assert {error["path"][0] for error in payload["errors"]} == {"fields"}
        return
    event("accepted")
    served_fields = payload["trackerType"]["fields"]
    assert [(field["key"], field["kind"], field["required"]) for field in served_fields] == [
        (field["key"], field["kind"], field["required"]) for field in fields
    ]
    assert (await create_type_successfully(mia, key=f"TYPE_{next(_numbers)}", fields=served_fields))[
        "fields"
    ] == served_fields

    filler = FormFiller(
        data_source,
        {
            "MEMBER": gid(tenant.bob),
            "EMPLOYER": gid(tenant.employer),
            "PROGRAMME": gid(await make.programme(tenant.organisation)),
        },
    )
    values = filler.fill(served_fields)
    if not filler.is_fillable:
        event("no valid date is left for a required field")
        return
    entry = {"type": payload["trackerType"]["key"], "learnerId": gid(tenant.learner), "values": values}
    payload_of_tracker = await create(tenant.ada, entry)
    assert payload_of_tracker["errors"] == []
    tracker = (await data(tenant.ada, VALUES, id=payload_of_tracker["tracker"]["id"]))["tracker"]
    assert [field["key"] for field in tracker["fields"]] == [field["key"] for field in served_fields]
    kinds = {field["key"]: field["kind"] for field in served_fields}
    stored_values = {value["key"]: submitted_value(kinds[value["key"]], value) for value in tracker["values"]}
    assert stored_values == {
        key: set(value) if kinds[key] == "CHOICE" else value for key, value in filler.values.items()
    }


def submitted_value(kind: str, value: Json) -> Any:
    """Convert a queried value to the input that it came from, with choices as a set."""
    if kind == "REFERENCE":
        return value["node"]["id"]
    return {choice["value"] for choice in value["choices"]} if kind == "CHOICE" else value[INPUT_SLOTS[kind]]
