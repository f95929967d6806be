"""Creating automations through the API: the rules of 2026-27, with whole answers and nothing written on refusal."""

import datetime as dt
from typing import Any

import pytest

from models import Learner, LearningAim
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.clients.tracker_updates import new_tracker, update_and_get_errors, update_successfully
from tests.support.scenarios.college import (
    College,
    choices_value,
    college,
    create_errors,
    create_successfully,
    date_value,
    problem,
    text_value,
    true_values,
)

PARAGRAPH = "Apprenticeship funding rules, paragraph 273.1"
STANDARD: dict[str, Any] = {"fund_model": 36, "programme_type": 25}
UNIT: dict[str, Any] = {"fund_model": 39, "programme_type": 34}


async def make_aim(learner: Learner, reference: str = "ZPROG001", **columns: Any) -> LearningAim:
    """Create a continuing learning aim that began on 1 September 2025."""
    defaults: dict[str, Any] = {"sequence": 1, "aim_type": 1 if reference == "ZPROG001" else 3, "completion_status": 1}
    return await LearningAim.create(
        organisation_id=learner.organisation_id,
        learner=learner,
        reference=reference,
        start_date=dt.date(2025, 9, 1),
        **defaults | columns,
    )


async def change_of_employer(tenant: College, old_end: str, new_start: str, **entries: Any) -> dict[str, Any]:
    employer = await make.employer(tenant.organisation)
    values = [
        {"key": "newEmployer", "value": {"reference": gid(employer)}},
        date_value("oldEndDate", old_end),
        date_value("newStartDate", new_start),
        {"key": "previousHours", "value": {"decimal": "30"}},
        {"key": "newHours", "value": {"decimal": "30"}},
    ]
    return {"type": "CHANGE_OF_EMPLOYER", "learnerId": gid(tenant.learner), "values": values} | entries


def break_input(learner: Learner, *more: dict[str, Any]) -> dict[str, Any]:
    values = [
        date_value("lastLearningDate", "2026-09-01"),
        date_value("expectedReturnDate", "2027-01-04"),
        choices_value("reason", "MEDICAL"),
        *true_values("agreedWithLearner", "agreedWithEmployer"),
        *more,
    ]
    return {"type": "BREAK_IN_LEARNING", "learnerId": gid(learner), "values": values}


def withdrawal_input(learner: Learner, *more: dict[str, Any]) -> dict[str, Any]:
    values = [date_value("lastLearningDate", "2026-09-01"), choices_value("withdrawReason", "3"), *more]
    return {"type": "WITHDRAWAL", "learnerId": gid(learner), "values": values}


async def test_a_gap_between_employers_is_warned_of_and_limited(database: str) -> None:
    tenant = await college()
    await make_aim(tenant.learner, **STANDARD)
    warning = (
        "There are 31 days between 'Last day with the old employer' and 'First day with the new employer'. "
        "Beyond 30 days a break in learning may be due: raise one, or confirm 'I have considered a break in learning'."
    )
    entry = await change_of_employer(tenant, "2026-09-01", "2026-10-02")
    assert await create_errors(tenant.ada, entry) == [
        problem("values.breakConsidered", "REQUIRED", warning, PARAGRAPH, days=31, maximum=30)
    ]
    entry["values"] += true_values("breakConsidered")
    assert await create_successfully(tenant.ada, entry) == 1
    too_long = (
        "'First day with the new employer' is 85 days after 'Last day with the old employer'. An apprentice who has no "
        "employer for more than 12 weeks (84 days) must be withdrawn: raise a withdrawal from learning instead."
    )
    entry = await change_of_employer(tenant, "2026-09-01", "2026-11-25")
    assert await create_errors(tenant.ada, entry) == [
        problem(
            "values.newStartDate",
            "TOO_LATE",
            too_long,
            PARAGRAPH,
            latest="2026-11-24",
            days=85,
            maximum=84,
            field="oldEndDate",
        )
    ]


async def test_other_values_are_held_to_the_same_rules(database: str) -> None:
    tenant = await college()
    await make_aim(tenant.learner, **STANDARD)
    entry = await change_of_employer(tenant, "2026-09-01", "2026-09-20")
    tracker = await new_tracker(tenant, **entry)
    warning = (
        "There are 31 days between 'Last day with the old employer' and 'First day with the new employer'. "
        "Beyond 30 days a break in learning may be due: raise one, or confirm 'I have considered a break in learning'."
    )
    later = [date_value("newStartDate", "2026-10-02")]
    assert await update_and_get_errors(tenant.ada, tracker, values=later) == [
        problem("values.breakConsidered", "REQUIRED", warning, PARAGRAPH, days=31, maximum=30)
    ]
    await update_successfully(tenant.ada, tracker, values=[*later, *true_values("breakConsidered")])
    # What does not change the values is not checked with them, nor is the status before an approval.
    await Learner.filter(id=tenant.learner.id).update(programme_status="ON_A_BREAK")
    await update_successfully(tenant.ada, tracker, description="Agreed with both employers.")
    await update_successfully(tenant.ada, tracker, values=[{"key": "newHours", "value": {"decimal": "35"}}])


@pytest.mark.parametrize("new_start", ["2026-09-01", "2026-08-31"])
async def test_employments_may_not_overlap(database: str, new_start: str) -> None:
    tenant = await college()
    await make_aim(tenant.learner, **STANDARD)
    message = "'First day with the new employer' must be 2 September 2026 or later, because of 'Last day with the old employer'."
    assert await create_errors(tenant.ada, await change_of_employer(tenant, "2026-09-01", new_start)) == [
        problem("values.newStartDate", "TOO_EARLY", message, earliest="2026-09-02", field="oldEndDate")
    ]


async def test_a_unit_has_no_longest_gap_and_no_paused_account(database: str) -> None:
    tenant = await college()
    await make_aim(tenant.learner, **UNIT)
    assert await create_successfully(tenant.ada, await change_of_employer(tenant, "2026-01-01", "2026-11-25")) == 1
    assert await create_successfully(tenant.ada, break_input(tenant.learner)) == 2
    message = (
        "'Apprenticeship in the employer's account' is asked of apprenticeships only: leave it empty for this learner."
    )
    entry = break_input(tenant.learner, choices_value("employerAccount", "PAUSED"))
    assert await create_errors(tenant.ada, entry) == [problem("values.employerAccount", "UNKNOWN_FIELD", message)]


async def test_a_unit_is_known_by_the_programmes_name_if_there_are_no_aims(database: str) -> None:
    tenant = await college()
    programme = await make.programme(tenant.organisation, name="AU0002 Welding")
    await Learner.filter(id=tenant.learner.id).update(programme_id=programme.id)
    assert await create_successfully(tenant.ada, await change_of_employer(tenant, "2026-01-01", "2026-11-25")) == 1


async def test_a_break_of_an_apprentice_asks_about_the_employers_account(database: str) -> None:
    tenant = await college()
    await make_aim(tenant.learner, **STANDARD)
    message = (
        "'Apprenticeship in the employer's account' is required for an apprenticeship: has the employer paused it?"
    )
    assert await create_errors(tenant.ada, break_input(tenant.learner)) == [
        problem("values.employerAccount", "REQUIRED", message)
    ]
    entry = break_input(tenant.learner, choices_value("employerAccount", "NOT_PAUSED"))
    assert await create_successfully(tenant.ada, entry) == 1


async def test_a_withdrawal_from_one_aim_names_an_open_one(database: str) -> None:
    tenant = await college()
    await make_aim(tenant.learner, **STANDARD)
    await make_aim(tenant.learner, "50086832", sequence=2, **STANDARD)
    form = true_values("oneAimOnly")
    assert await create_errors(tenant.ada, withdrawal_input(tenant.learner, *form)) == [
        problem("values.aimReference", "REQUIRED", "'Learning aim' is required.")
    ]
    message = "'Learning aim' must be one of the learner's open learning aims."
    entry = withdrawal_input(tenant.learner, *form, text_value("aimReference", "60346676"))
    assert await create_errors(tenant.ada, entry) == [
        problem("values.aimReference", "NOT_FOUND", message, allowed="50086832")
    ]
    entry = withdrawal_input(tenant.learner, *form, text_value("aimReference", "50086832"))
    assert await create_successfully(tenant.ada, entry) == 1
    assert await create_successfully(tenant.ada, withdrawal_input(tenant.learner)) == 2


async def test_a_withdrawal_from_one_aim_cannot_end_it_before_its_start(database: str) -> None:
    tenant = await college()
    await make_aim(tenant.learner, **STANDARD)
    english = await make_aim(tenant.learner, "50086832", sequence=2, **STANDARD)
    english.start_date = dt.date(2026, 9, 2)
    await english.save()
    entry = withdrawal_input(tenant.learner, *true_values("oneAimOnly"), text_value("aimReference", "50086832"))
    message = (
        "'Last day of learning' must be 2 September 2026 or later: a learning aim that it ends started on that date."
    )
    assert await create_errors(tenant.ada, entry) == [
        problem("values.lastLearningDate", "TOO_EARLY", message, "LearnActEndDate_01", earliest="2026-09-02")
    ]
