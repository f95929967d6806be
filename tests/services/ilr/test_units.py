"""Which learners are on an apprenticeship unit, and what their trackers may ask."""

from typing import Any

import pytest

from models import LearningAim
from services.ilr.units import is_on_unit
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.scenarios.college import choices_value, college, create, create_successfully

UNIT: dict[str, Any] = {"reference": "ZPROG001", "aim_type": 1, "programme_type": 34}
UNIT_OF_2025_26: dict[str, Any] = {"reference": "ZSC00001", "aim_type": 4, "fund_model": 99}
STANDARD: dict[str, Any] = {"reference": "ZPROG001", "aim_type": 1, "programme_type": 25}
COMPLETED = {"completion_status": 2, "outcome": 1}


@pytest.mark.parametrize(
    ("aims", "programme", "on_unit"),
    [
        ([UNIT], "Anything", True),
        ([UNIT_OF_2025_26], "No programme", True),
        ([UNIT | COMPLETED], "Anything", True),
        ([STANDARD | COMPLETED, UNIT], "Anything", True),
        ([STANDARD, UNIT], "Anything", False),
        ([STANDARD, UNIT | COMPLETED], "Apprenticeship unit", False),
        ([STANDARD], "AU0002 Solar panels", False),
        ([], "AU0002 Solar panels", True),
        ([], "Solar panels (au0002)", True),
        ([], "Apprenticeship unit (ProgType 34)", True),
        ([], "Apprenticeship units of the past", False),
        ([], "Team leader", False),
        ([], None, False),
    ],
)
async def test_who_is_on_a_unit(
    database: str, aims: list[dict[str, Any]], programme: str | None, *, on_unit: bool
) -> None:
    organisation = await make.organisation()
    row = await make.programme(organisation, name=programme) if programme else None
    learner = await make.learner(organisation, programme=row)
    for sequence, columns in enumerate(aims, 1):
        common: dict[str, Any] = {
            "organisation": organisation,
            "learner": learner,
            "sequence": sequence,
            "start_date": "2026-09-01",
        }
        await LearningAim.create(**({"completion_status": 1} | common | columns))
    assert await is_on_unit(learner) is on_unit


async def test_a_tracker_about_a_learner_on_a_unit_asks_for_its_documents_only(database: str) -> None:
    tenant = await college()
    unit = await make.programme(tenant.organisation, name="AU0002 Solar panels")
    learner = await make.learner(tenant.organisation, programme=unit)

    def entry(kind: str) -> dict[str, Any]:
        values = [choices_value("documentKind", kind), choices_value("issue", "MISSING")]
        return {"type": "COMPLIANCE", "learnerId": gid(learner), "values": values}

    payload = await create(tenant.ada, entry("APPRENTICESHIP_AGREEMENT"))
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [
        (["values", "documentKind"], "NOT_A_CHOICE")
    ]
    assert await create_successfully(tenant.ada, entry("UNIT_TRAINING_PLAN")) == 1
