"""Tests of creating process automations: the learner's programme status, and ILR rules about their learning aims."""

import datetime as dt
from typing import Any

import pytest

from models import Learner, LearningAim, ProgrammeStatus
from services.automations.gateway import precondition_message
from services.kernel.dates import format_date, today
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.scenarios.college import (
    choices_value,
    college,
    create_errors,
    create_successfully,
    date_value,
    problem,
    true_values,
)

TODAY = today()


async def aim(learner: Learner, start: str, *, status: int = 1, **columns: Any) -> LearningAim:
    """Create a learning aim of a learner; dates are given in ISO format."""
    defaults: dict[str, Any] = {"sequence": 1, "reference": "ZPROG001", "aim_type": 1, "completion_status": status}
    dates = {name: dt.date.fromisoformat(value) for name, value in columns.items() if name.endswith("date")}
    return await LearningAim.create(
        organisation_id=learner.organisation_id,
        learner=learner,
        start_date=dt.date.fromisoformat(start),
        **defaults | columns | dates,
    )


def break_input(learner: Learner, last_day: str, **entries: Any) -> dict[str, Any]:
    values = [
        date_value("lastLearningDate", last_day),
        date_value("expectedReturnDate", "2099-01-01"),
        choices_value("reason", "MEDICAL"),
        *true_values("agreedWithLearner", "agreedWithEmployer"),
        choices_value("employerAccount", "PAUSED"),
    ]
    return {"type": "BREAK_IN_LEARNING", "learnerId": gid(learner), "values": values} | entries


def withdrawal_input(learner: Learner, last_day: str) -> dict[str, Any]:
    values = [date_value("lastLearningDate", last_day), choices_value("withdrawReason", "3")]
    return {"type": "WITHDRAWAL", "learnerId": gid(learner), "values": values}


def completion_input(learner: Learner, end: str) -> dict[str, Any]:
    values = [choices_value("scope", "PRACTICAL_PERIOD"), date_value("actualEndDate", end), {"key": "actualHours", "value": {"integer": 300}}]  # fmt: skip
    return {"type": "COMPLETION", "learnerId": gid(learner), "values": values}


def return_input(learner: Learner, return_date: str) -> dict[str, Any]:
    values = [date_value("returnDate", return_date), *true_values("employerConfirmed")]
    return {"type": "RETURN_TO_LEARNING", "learnerId": gid(learner), "values": values}


def too_early(field: str, label: str, earliest: str) -> list[dict[str, Any]]:
    earliest_day = format_date(dt.date.fromisoformat(earliest))
    message = f"'{label}' must be {earliest_day} or later: a learning aim that it ends started on that date."
    return [problem(f"values.{field}", "TOO_EARLY", message, "LearnActEndDate_01", earliest=earliest)]


# The programme statuses in which each automation may be created (`precondition` in builtin.toml).
ALLOWED_STATUSES = {
    "CHANGE_OF_NAME": "ONBOARDING, READY_TO_ENROL, ACTIVE, ON_A_BREAK, ENTERED_EPA",
    "CHANGE_OF_ADDRESS": "ACTIVE, ENTERED_EPA",
    "CHANGE_OF_EMPLOYER": "ACTIVE",
    "CHANGE_OF_WORKING_CONDITIONS": "ACTIVE",
    "LEARNING_SUPPORT": "ACTIVE",
    "BREAK_IN_LEARNING": "ACTIVE",
    "RETURN_TO_LEARNING": "ON_A_BREAK",
    "WITHDRAWAL": "ACTIVE, ON_A_BREAK, ENTERED_EPA",
    "CHANGE_OF_PROGRAMME": "ACTIVE",
    "COMPLETION": "ACTIVE, ENTERED_EPA",
}

BREAK_AFTER_GATEWAY = [
    problem(
        "learnerId",
        "PRECONDITION_FAILED",
        "The learner is through the gateway, in assessment (EPA): a break in learning can only begin before that. "
        "If the learner has left, raise a withdrawal.",
        "CompStatus_06",
        allowed="ACTIVE",
    )
]


@pytest.mark.slow
async def test_an_automation_is_refused_in_other_programme_statuses(database: str) -> None:
    tenant = await college()
    learners = {status: await make.learner(tenant.organisation, programme_status=status) for status in ProgrammeStatus}
    errors, expected = {}, {}
    for key, allowed in ALLOWED_STATUSES.items():
        for status, learner in learners.items():
            problems = await create_errors(tenant.ada, {"type": key, "learnerId": gid(learner)})
            errors[key, status] = [error for error in problems if error["path"] == ["learnerId"]]
            message = precondition_message(status, [ProgrammeStatus(name) for name in allowed.split(", ")])
            expected[key, status] = (
                []
                if status in allowed.split(", ")
                else [problem("learnerId", "PRECONDITION_FAILED", message, allowed=allowed)]
            )
    expected["BREAK_IN_LEARNING", ProgrammeStatus.ENTERED_EPA] = BREAK_AFTER_GATEWAY
    assert errors == expected


@pytest.mark.parametrize("status", ["ENTERED_EPA", "ACTIVE"])
async def test_a_break_cannot_begin_after_the_gateway(database: str, status: str) -> None:
    """Imports of version 0.2.0 left learners ACTIVE whose programme aim is through the gateway."""
    tenant = await college()
    await Learner.filter(id=tenant.learner.id).update(programme_status=status)
    await aim(tenant.learner, "2025-01-06", status=1, outcome=8, actual_end_date="2026-06-30", programme_type=25)
    await aim(tenant.learner, "2025-01-06", aim_type=3, programme_type=25)
    assert await create_errors(tenant.ada, break_input(tenant.learner, "2026-07-01")) == BREAK_AFTER_GATEWAY


async def test_a_programme_cannot_be_changed_after_the_gateway(database: str) -> None:
    tenant = await college()
    await aim(tenant.learner, "2025-01-06", status=1, outcome=8, actual_end_date="2026-06-30", programme_type=25)
    programme = await make.programme(tenant.organisation)
    values = [
        {"key": "newProgramme", "value": {"reference": gid(programme)}},
        date_value("endDate", "2026-09-01"),
        date_value("newStartDate", "2026-09-02"),
        *true_values("confirmed"),
    ]
    entry = {"type": "CHANGE_OF_PROGRAMME", "learnerId": gid(tenant.learner), "values": values}
    message = "The learner's programme status is 'Entered assessment (EPA)'. It must be 'Active'."
    assert await create_errors(tenant.ada, entry) == [
        problem("learnerId", "PRECONDITION_FAILED", message, allowed="ACTIVE")
    ]


async def test_a_break_can_begin_while_an_earlier_standard_is_assessed(database: str) -> None:
    tenant = await college()
    await aim(tenant.learner, "2025-01-06", status=1, outcome=8, actual_end_date="2026-06-30", programme_type=25)
    await aim(tenant.learner, "2026-07-06", programme_type=25)
    assert await create_successfully(tenant.ada, break_input(tenant.learner, "2026-09-01")) == 1


async def test_a_break_cannot_end_an_aim_before_its_start(database: str) -> None:
    tenant = await college()
    await aim(tenant.learner, "2026-01-01")
    await aim(tenant.learner, "2026-02-01")
    await aim(tenant.learner, "2026-06-01", status=2, outcome=1, actual_end_date="2026-07-01")  # not a continuing aim
    await aim(await make.learner(tenant.organisation), "2026-05-01")  # an aim of another learner
    assert await create_errors(tenant.ada, break_input(tenant.learner, "2026-01-31")) == too_early(
        "lastLearningDate", "Last day of learning", "2026-02-01"
    )
    assert await create_successfully(tenant.ada, break_input(tenant.learner, "2026-02-01")) == 1


async def test_a_break_without_open_aims_may_begin_on_any_past_date(database: str) -> None:
    tenant = await college()
    assert await create_successfully(tenant.ada, break_input(tenant.learner, "1990-01-01")) == 1


async def test_a_withdrawal_keeps_the_end_of_an_aim_on_a_break(database: str) -> None:
    tenant = await college()
    await aim(tenant.learner, "2026-05-01", status=6, actual_end_date="2026-06-01")
    assert await create_successfully(tenant.ada, withdrawal_input(tenant.learner, "2026-03-01")) == 1
    await aim(tenant.learner, "2026-04-01")
    assert await create_errors(tenant.ada, withdrawal_input(tenant.learner, "2026-03-01")) == too_early(
        "lastLearningDate", "Last day of learning", "2026-04-01"
    )


async def test_a_completion_keeps_the_end_of_aims_that_await_their_outcome(
    database: str,
) -> None:
    tenant = await college()
    await aim(tenant.learner, "2026-05-01", status=2, outcome=8, actual_end_date="2026-06-01")
    assert await create_successfully(tenant.ada, completion_input(tenant.learner, "2026-03-01")) == 1
    await aim(tenant.learner, "2026-04-01")
    assert await create_errors(tenant.ada, completion_input(tenant.learner, "2026-03-31")) == too_early(
        "actualEndDate", "Actual end date", "2026-04-01"
    )


def achievement_input(learner: Learner, end: str, achieved: str) -> dict[str, Any]:
    values = [choices_value("scope", "WHOLE_PROGRAMME"), date_value("actualEndDate", end), choices_value("outcome", "1"), date_value("achievementDate", achieved)]  # fmt: skip
    return {"type": "COMPLETION", "learnerId": gid(learner), "values": values}


async def test_achievement_must_be_seven_days_or_more_after_the_training_of_a_standard(database: str) -> None:
    tenant = await college()
    await Learner.filter(id=tenant.learner.id).update(programme_status="ENTERED_EPA")
    ended: dict[str, Any] = {"outcome": 8, "fund_model": 36, "programme_type": 25}
    await aim(tenant.learner, "2025-01-01", actual_end_date="2026-06-01", **ended)
    await aim(tenant.learner, "2025-01-01", actual_end_date="2026-06-20", status=2, aim_type=3, **ended)  # a component
    message = "'Achievement date' must be 8 June 2026 or later: the programme ended on 1 June 2026."
    assert await create_errors(tenant.ada, achievement_input(tenant.learner, "2026-05-01", "2026-06-07")) == [
        problem("values.achievementDate", "TOO_EARLY", message, "AchDate_11", earliest="2026-06-08")
    ]
    assert await create_successfully(tenant.ada, achievement_input(tenant.learner, "2026-05-01", "2026-06-08")) == 1


@pytest.mark.parametrize("return_date", ["2026-05-31", "2026-06-01"])
async def test_a_return_must_be_after_the_latest_break_began(database: str, return_date: str) -> None:
    tenant = await college()
    await Learner.filter(id=tenant.learner.id).update(programme_status="ON_A_BREAK")
    await aim(tenant.learner, "2025-01-01", status=6, actual_end_date="2025-06-01")
    await aim(tenant.learner, "2026-01-01", status=6, actual_end_date="2026-06-01")
    await aim(tenant.learner, "2026-01-01", status=2, outcome=1, actual_end_date="2026-07-01")
    message = "'Date of return' must be after the break began: 2 June 2026 or later."
    assert await create_errors(tenant.ada, return_input(tenant.learner, return_date)) == [
        problem("values.returnDate", "TOO_EARLY", message, earliest="2026-06-02")
    ]
    assert await create_successfully(tenant.ada, return_input(tenant.learner, "2026-06-02")) == 1


async def test_problems_of_form_and_record_are_returned_together(database: str) -> None:
    tenant = await college()
    await Learner.filter(id=tenant.learner.id).update(programme_status="WITHDRAWN")
    await aim(tenant.learner, "2999-01-01")
    entry = break_input(tenant.learner, str(TODAY + dt.timedelta(days=1)), assigneeId="rubbish")
    formatted_today = f"{TODAY.day} {TODAY:%B} {TODAY.year}"
    assert await create_errors(tenant.ada, entry) == [
        problem("assigneeId", "NOT_FOUND", "There is no such member."),
        problem(
            "values.lastLearningDate",
            "TOO_LATE",
            f"'Last day of learning' must be {formatted_today} or earlier.",
            latest=TODAY,
        ),
        problem(
            "learnerId",
            "PRECONDITION_FAILED",
            "The learner's programme status is 'Withdrawn'. It must be 'Active'.",
            allowed="ACTIVE",
        ),
        *too_early("lastLearningDate", "Last day of learning", "2999-01-01"),
    ]
