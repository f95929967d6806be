"""Returning from a break in learning: aims on a break stay closed, and new aims restart them."""

import datetime as dt
from typing import Any

import pytest

from models import LearningAim, ProgrammeStatus
from tests.support.scenarios.automations import Json, learner_record, make_provider, put_on_break, with_changed_fields
from tests.support.scenarios.form_samples.automation_forms import BREAK_IN_LEARNING, RETURN_TO_LEARNING, WITHDRAWAL

D = dt.date
ENDED = {"completion_status": 3, "outcome": 3}


def restarted_aim(reference: str, place: int, **fields: Any) -> Json:
    """Return the expected row of an aim that is restarted with 275 days of its planned time left."""
    columns = {
        "sequence": place,
        "reference": reference,
        "software_aim_id": None,
        "aim_type": 3,
        "fund_model": 36,
        "programme_type": 25,
        "standard_code": 105,
        "framework_code": 4,
        "pathway_code": 5,
        "start_date": D(2024, 9, 7),
        "original_start_date": D(2023, 9, 1),
        "planned_end_date": D(2025, 6, 9),
        "actual_end_date": None,
        "completion_status": 1,
        "outcome": None,
        "withdraw_reason": None,
        "restart": True,
        "actual_hours": None,
        "achievement_date": None,
        "learning_support_from": None,
        "learning_support_to": None,
    }
    return columns | fields


@pytest.mark.parametrize("planned_end", [None, D(2025, 8, 31)])
async def test_a_return_starts_new_aims_without_changing_the_aims_on_a_break(
    database: str, planned_end: D | None
) -> None:
    """Check that a programme aim ends on the entered date, if any, and other aims after their remaining time."""
    provider = await make_provider()
    await put_on_break(provider)
    before = await learner_record(provider.lena)

    await provider.approve(
        await provider.create("RETURN_TO_LEARNING", RETURN_TO_LEARNING | {"plannedEndDate": planned_end})
    )

    programme = {"aim_type": 1, "original_start_date": D(2022, 2, 1), "planned_end_date": planned_end or D(2025, 6, 9)}
    assert await learner_record(provider.lena) == with_changed_fields(
        before,
        {
            "learner": {"programme_status": ProgrammeStatus.ACTIVE},
            "4": restarted_aim("ZPROG001", 4, **programme),
            "5": restarted_aim("60365683", 5),
        },
    )
    owners = await LearningAim.filter(restart=True).values_list("learner_id", "organisation_id")
    assert owners == [(provider.lena.id, provider.organisation.id)] * 2


async def test_an_aim_past_its_planned_end_has_no_time_left(database: str) -> None:
    provider = await make_provider()
    await LearningAim.filter(sequence=3).update(planned_end_date=D(2024, 1, 1))
    await LearningAim.filter(sequence=2).update(planned_end_date=None)
    await put_on_break(provider)
    await provider.approve(await provider.create("RETURN_TO_LEARNING", RETURN_TO_LEARNING))
    after = await learner_record(provider.lena)
    assert (after["4"]["planned_end_date"], after["5"]["planned_end_date"]) == (None, D(2024, 9, 7))


async def test_a_withdrawal_from_a_break_keeps_the_end_dates(database: str) -> None:
    provider = await make_provider()
    await put_on_break(provider)
    before = await learner_record(provider.lena)
    await provider.approve(
        await provider.create("WITHDRAWAL", WITHDRAWAL | {"withdrawReason": ["44"], "reasonDetail": "Moved."})
    )
    withdrawn = ENDED | {"withdraw_reason": 44}
    status = {"programme_status": ProgrammeStatus.WITHDRAWN}
    assert await learner_record(provider.lena) == with_changed_fields(
        before, {"learner": status, "2": withdrawn, "3": withdrawn}
    )


async def test_a_withdrawal_after_a_return(database: str) -> None:
    """Check that a withdrawal after a return ends the restarted aims, not the aims on a break."""
    provider = await make_provider()
    await provider.approve(await provider.create("BREAK_IN_LEARNING", BREAK_IN_LEARNING))
    paused = await learner_record(provider.lena)
    await provider.approve(await provider.create("RETURN_TO_LEARNING", RETURN_TO_LEARNING))
    resumed = await learner_record(provider.lena)
    await provider.approve(
        await provider.create("WITHDRAWAL", {"lastLearningDate": D(2024, 10, 1), "withdrawReason": ["29"]})
    )
    withdrawn = await learner_record(provider.lena)
    assert {place: resumed[place] for place in "123"} == {place: paused[place] for place in "123"}
    ended = ENDED | {"withdraw_reason": 29, "actual_end_date": D(2024, 10, 1)}
    status = {"programme_status": ProgrammeStatus.WITHDRAWN}
    assert withdrawn == with_changed_fields(resumed, {"learner": status, "4": ended, "5": ended})
