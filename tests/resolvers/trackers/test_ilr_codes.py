"""Codes of the ILR in trackers: those of another year are refused, and old trackers keep them."""

from models import Tracker
from services.tracker_types.builtin import write_builtin_types
from tests.support.clients.graphql import data, gid
from tests.support.scenarios.college import (
    College,
    Json,
    choices_value,
    college,
    create_errors,
    create_successfully,
    problem,
    text_value,
)
from tests.support.scenarios.released_types import RELEASED_TYPES

UPDATE = """
mutation ($input: UpdateTrackerInput!) {
  updateTracker(input: $input) { tracker { values { key display } } errors { path code message } }
}
"""
ALLOWED = "11, 25, 35, 36, 37, 38, 39, 81, 82, 99"
REFUSAL = problem(
    "values.proposedValue",
    "NOT_A_CHOICE",
    f"'Proposed value' must be a code that FundModel has in the ILR year 2026-27: one of {ALLOWED}.",
    "FundModel_01",
    year="2026-27",
    allowed=ALLOWED,
)


def change_request(tenant: College, year: str, fund_model: str) -> Json:
    values = [
        text_value("ilrYear", year),
        choices_value("queryKind", "CHANGE_REQUEST"),
        text_value("ilrField", "FundModel"),
        text_value("proposedValue", fund_model),
    ]
    return {"type": "ILR", "learnerId": gid(tenant.learner), "values": values}


async def test_a_code_of_2025_26_is_refused_for_2026_27(database: str) -> None:
    tenant = await college()
    assert await create_errors(tenant.ada, change_request(tenant, "26-27", "10")) == [REFUSAL]
    assert await create_successfully(tenant.ada, change_request(tenant, "25-26", "10")) == 1
    assert await create_successfully(tenant.ada, change_request(tenant, "26-27", "39")) == 2


async def test_a_tracker_of_an_older_version_keeps_its_code(database: str) -> None:
    await write_builtin_types(RELEASED_TYPES)
    tenant = await college()
    assert await create_successfully(tenant.ada, change_request(tenant, "26-27", "10")) == 1
    await write_builtin_types()
    entry = {"id": gid(await Tracker.get()), "version": 1, "values": [text_value("currentValue", "36")]}
    assert await data(tenant.ada, UPDATE, input=entry) == {
        "updateTracker": {
            "tracker": {
                "values": [
                    {"key": "ilrYear", "display": "26-27"},
                    {"key": "queryKind", "display": "Change request"},
                    {"key": "ilrField", "display": "FundModel"},
                    {"key": "currentValue", "display": "36"},
                    {"key": "proposedValue", "display": "10"},
                ]
            },
            "errors": [],
        }
    }
