"""Creating process automations: the learner's status, and the ILR's rules between form and learning aims."""

import datetime as dt
from typing import Any

import pytest

from models import Learner, LearningAim, ProgrammeStatus
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

NOW = today()


async def aim(learner: Learner, start: str, *, status: int = 1, **columns: Any) -> LearningAim:
    """A learning aim of the learner; days are ISO texts."""
    defaults: dict[str, Any] = {"sequence": 1, "reference": "ZPROG001", "aim_type": 1, "completion_status": status}
    days = {name: dt.date.fromisoformat(value) for name, value in columns.items() if name.endswith("date")}
    return await LearningAim.create(
        organisation_id=learner.organisation_id,
        learner=learner,
        start_date=dt.date.fromisoformat(start),
        **defaults | columns | days,
    )


def pause(learner: Learner, last: str, **entries: Any) -> dict[str, Any]:
    values = [
        date_value("lastLearningDate", last),
        date_value("expectedReturnDate", "2099-01-01"),
        choices_value("reason", "MEDICAL"),
        *true_values("agreedWithLearner", "agreedWithEmployer"),
    ]
    return {"type": "BREAK_IN_LEARNING", "learnerId": gid(learner), "values": values} | entries


def withdrawal(learner: Learner, last: str) -> dict[str, Any]:
    values = [date_value("lastLearningDate", last), choices_value("withdrawReason", "3")]
    return {"type": "WITHDRAWAL", "learnerId": gid(learner), "values": values}


def completion(learner: Learner, end: str) -> dict[str, Any]:
    values = [choices_value("scope", "PRACTICAL_PERIOD"), date_value("actualEndDate", end), {"key": "actualHours", "value": {"integer": 300}}]  # fmt: skip
    return {"type": "COMPLETION", "learnerId": gid(learner), "values": values}


def comeback(learner: Learner, on: str) -> dict[str, Any]:
    values = [date_value("returnDate", on), *true_values("employerConfirmed")]
    return {"type": "RETURN_TO_LEARNING", "learnerId": gid(learner), "values": values}


def early(field: str, label: str, earliest: str) -> list[dict[str, Any]]:
    on = format_date(dt.date.fromisoformat(earliest))
    message = f"{label} must be {on} or later: a learning aim that it ends started on that date."
    return [problem(f"values.{field}", "TOO_EARLY", message, "LearnActEndDate_01", earliest=earliest)]


# In which statuses each automation may be raised (the contract's tracker-types.toml, `precondition`).
ALLOWED = {
    "CHANGE_OF_NAME": "ONBOARDING, READY_TO_ENROL, ACTIVE, ON_A_BREAK, ENTERED_EPA",
    "CHANGE_OF_ADDRESS": "ACTIVE",
    "CHANGE_OF_EMPLOYER": "ACTIVE",
    "CHANGE_OF_WORKING_CONDITIONS": "ACTIVE",
    "LEARNING_SUPPORT": "ACTIVE",
    "BREAK_IN_LEARNING": "ACTIVE",
    "RETURN_TO_LEARNING": "ON_A_BREAK",
    "WITHDRAWAL": "ACTIVE, ON_A_BREAK",
    "CHANGE_OF_PROGRAMME": "ACTIVE",
    "COMPLETION": "ACTIVE, ENTERED_EPA",
}


async def test_an_automation_is_refused_for_a_learner_of_another_status(database: str) -> None:
    tenant = await college()
    learners = {status: await make.learner(tenant.organisation, programme_status=status) for status in ProgrammeStatus}
    found, expected = {}, {}
    for key, allowed in ALLOWED.items():
        for status, learner in learners.items():
            problems = await create_errors(tenant.ada, {"type": key, "learnerId": gid(learner)})
            found[key, status] = [one for one in problems if one["path"] == ["learnerId"]]
            message = f"The learner's programme status is {status}; this needs one of: {allowed}."
            expected[key, status] = (
                []
                if status in allowed.split(", ")
                else [problem("learnerId", "PRECONDITION_FAILED", message, allowed=allowed)]
            )
    assert found == expected


async def test_a_break_cannot_end_an_aim_before_its_start(database: str) -> None:
    tenant = await college()
    await aim(tenant.learner, "2026-01-01")
    await aim(tenant.learner, "2026-02-01")
    await aim(tenant.learner, "2026-06-01", status=2, outcome=1, actual_end_date="2026-07-01")  # not open
    await aim(await make.learner(tenant.organisation), "2026-05-01")  # another's
    assert await create_errors(tenant.ada, pause(tenant.learner, "2026-01-31")) == early(
        "lastLearningDate", "Last day of learning", "2026-02-01"
    )
    assert await create_successfully(tenant.ada, pause(tenant.learner, "2026-02-01")) == 1


async def test_a_break_without_open_aims(database: str) -> None:
    tenant = await college()
    assert await create_successfully(tenant.ada, pause(tenant.learner, "1990-01-01")) == 1


async def test_a_withdrawal_keeps_the_end_of_an_aim_on_a_break(database: str) -> None:
    tenant = await college()
    await aim(tenant.learner, "2026-05-01", status=6, actual_end_date="2026-06-01")
    assert await create_successfully(tenant.ada, withdrawal(tenant.learner, "2026-03-01")) == 1
    await aim(tenant.learner, "2026-04-01")
    assert await create_errors(tenant.ada, withdrawal(tenant.learner, "2026-03-01")) == early(
        "lastLearningDate", "Last day of learning", "2026-04-01"
    )


async def test_a_completion_ends_open_aims_and_keeps_the_end_of_those_awaiting_their_outcome(
    database: str,
) -> None:
    tenant = await college()
    await aim(tenant.learner, "2026-05-01", status=2, outcome=8, actual_end_date="2026-06-01")
    assert await create_successfully(tenant.ada, completion(tenant.learner, "2026-03-01")) == 1
    await aim(tenant.learner, "2026-04-01")
    assert await create_errors(tenant.ada, completion(tenant.learner, "2026-03-31")) == early(
        "actualEndDate", "Actual end date", "2026-04-01"
    )


def achievement(learner: Learner, end: str, achieved: str) -> dict[str, Any]:
    values = [choices_value("scope", "WHOLE_PROGRAMME"), date_value("actualEndDate", end), choices_value("outcome", "1"), date_value("achievementDate", achieved)]  # fmt: skip
    return {"type": "COMPLETION", "learnerId": gid(learner), "values": values}


async def test_achievement_is_seven_days_or_more_after_the_end_of_the_programme(database: str) -> None:
    tenant = await college()
    await Learner.filter(id=tenant.learner.id).update(programme_status="ENTERED_EPA")
    ended = {"status": 2, "outcome": 8}
    await aim(tenant.learner, "2025-01-01", actual_end_date="2026-06-01", **ended)
    await aim(tenant.learner, "2025-01-01", actual_end_date="2026-06-20", aim_type=3, **ended)  # a component
    message = "Achievement date must be 8 June 2026 or later: the programme ended on 1 June 2026."
    assert await create_errors(tenant.ada, achievement(tenant.learner, "2026-05-01", "2026-06-07")) == [
        problem("values.achievementDate", "TOO_EARLY", message, "AchDate_11", earliest="2026-06-08")
    ]
    assert await create_successfully(tenant.ada, achievement(tenant.learner, "2026-05-01", "2026-06-08")) == 1


@pytest.mark.parametrize("returns", ["2026-05-31", "2026-06-01"])
async def test_a_return_is_after_the_latest_break(database: str, returns: str) -> None:
    tenant = await college()
    await Learner.filter(id=tenant.learner.id).update(programme_status="ON_A_BREAK")
    await aim(tenant.learner, "2025-01-01", status=6, actual_end_date="2025-06-01")
    await aim(tenant.learner, "2026-01-01", status=6, actual_end_date="2026-06-01")
    await aim(tenant.learner, "2026-01-01", status=2, outcome=1, actual_end_date="2026-07-01")
    message = "Date of return must be after the break began: 2 June 2026 or later."
    assert await create_errors(tenant.ada, comeback(tenant.learner, returns)) == [
        problem("values.returnDate", "TOO_EARLY", message, earliest="2026-06-02")
    ]
    assert await create_successfully(tenant.ada, comeback(tenant.learner, "2026-06-02")) == 1


async def test_problems_of_form_and_record_are_returned_together(database: str) -> None:
    tenant = await college()
    await Learner.filter(id=tenant.learner.id).update(programme_status="WITHDRAWN")
    await aim(tenant.learner, "2999-01-01")
    entry = pause(tenant.learner, str(NOW + dt.timedelta(days=1)), assigneeId="rubbish")
    format_date = f"{NOW.day} {NOW:%B} {NOW.year}"
    assert await create_errors(tenant.ada, entry) == [
        problem("assigneeId", "NOT_FOUND", "There is no such member."),
        problem(
            "values.lastLearningDate",
            "TOO_LATE",
            f"Last day of learning must be {format_date} or earlier.",
            latest=NOW,
        ),
        problem(
            "learnerId",
            "PRECONDITION_FAILED",
            "The learner's programme status is WITHDRAWN; this needs one of: ACTIVE.",
            allowed="ACTIVE",
        ),
        *early("lastLearningDate", "Last day of learning", "2999-01-01"),
    ]
