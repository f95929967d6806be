"""Importing learners who are through the gateway, for whom no break can be raised."""

from pathlib import Path

from models import Learner
from tests.support.clients.graphql import gid
from tests.support.scenarios.college import (
    choices_value,
    college,
    create,
    date_value,
    true_values,
)
from tests.support.scenarios.imports import aim_xml, counts, import_file, learner_xml, return_writer

STANDARD = {"FundModel": 36, "ProgType": 25, "StdCode": 105}
GATEWAY = aim_xml(
    "ZPROG001", "2025-09-01", AimType=1, **STANDARD, CompStatus=1, LearnActEndDate="2026-10-30", Outcome=8
)
ENGLISH = aim_xml("60346676", "2025-09-01", AimType=3, **STANDARD)


async def test_no_break_can_be_raised_for_a_learner_through_the_gateway(database: str, tmp_path: Path) -> None:
    tenant = await college()
    file = return_writer(tmp_path)(learner_xml(ENGLISH, GATEWAY))
    assert counts(await import_file(file, tenant.organisation)) == (1, 0, 0, 0, 0)
    learner = await Learner.get(reference="A1")
    assert learner.programme_status == "ENTERED_EPA"

    values = [
        date_value("lastLearningDate", "2026-11-01"),
        date_value("expectedReturnDate", "2027-02-01"),
        choices_value("reason", "MEDICAL"),
        choices_value("employerAccount", "PAUSED"),
        *true_values("agreedWithLearner", "agreedWithEmployer"),
    ]
    entry = {"type": "BREAK_IN_LEARNING", "learnerId": gid(learner), "values": values}
    errors = (await create(tenant.ada, entry))["errors"]
    assert [(error["path"], error["code"], error["rule"]) for error in errors] == [
        (["learnerId"], "PRECONDITION_FAILED", "CompStatus_06")
    ]


async def test_the_next_import_corrects_the_status_that_version_0_2_0_stored(database: str, tmp_path: Path) -> None:
    tenant = await college()
    file = return_writer(tmp_path)(learner_xml(ENGLISH, GATEWAY))
    await import_file(file, tenant.organisation)
    await Learner.filter(reference="A1").update(programme_status="ACTIVE")
    assert counts(await import_file(file, tenant.organisation)) == (0, 1, 0, 0, 0)
    assert (await Learner.get(reference="A1")).programme_status == "ENTERED_EPA"
