"""Breaks and returns carried out: an aim on a break is never opened again, others follow it."""

import datetime as dt
from typing import Any

import pytest

from models import LearningAim, ProgrammeStatus
from tests.support.scenarios.automation_forms import CAME_BACK, LEFT, PAUSE
from tests.support.scenarios.automations import Json, office, on_a_break, record, with_changes

D = dt.date
ENDED = {"completion_status": 3, "outcome": 3}


def _back(reference: str, place: int, **fields: Any) -> Json:
    """The aim that starts on the day of return; 275 days remained of the planned time."""
    made = {
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
    return made | fields


@pytest.mark.parametrize("given", [None, D(2025, 8, 31)])
async def test_a_return_starts_new_aims_and_leaves_those_of_the_break(database: str, given: D | None) -> None:
    """The programme aim ends on the day given; components, and it without one, after what remained."""
    house = await office()
    await on_a_break(house)
    before = await record(house.lena)

    await house.approved(await house.raised("RETURN_TO_LEARNING", CAME_BACK | {"plannedEndDate": given}))

    programme = {"aim_type": 1, "original_start_date": D(2022, 2, 1), "planned_end_date": given or D(2025, 6, 9)}
    assert await record(house.lena) == with_changes(
        before,
        {
            "learner": {"programme_status": ProgrammeStatus.ACTIVE},
            "4": _back("ZPROG001", 4, **programme),
            "5": _back("60365683", 5),
        },
    )
    owners = await LearningAim.filter(restart=True).values_list("learner_id", "organisation_id")
    assert owners == [(house.lena.id, house.organisation.id)] * 2


async def test_nothing_remained_of_an_aim_beyond_its_planned_end(database: str) -> None:
    house = await office()
    await LearningAim.filter(sequence=3).update(planned_end_date=D(2024, 1, 1))
    await LearningAim.filter(sequence=2).update(planned_end_date=None)
    await on_a_break(house)
    await house.approved(await house.raised("RETURN_TO_LEARNING", CAME_BACK))
    after = await record(house.lena)
    assert (after["4"]["planned_end_date"], after["5"]["planned_end_date"]) == (None, D(2024, 9, 7))


async def test_a_withdrawal_from_a_break_keeps_the_end_dates(database: str) -> None:
    house = await office()
    await on_a_break(house)
    before = await record(house.lena)
    await house.approved(await house.raised("WITHDRAWAL", LEFT | {"withdrawReason": ["44"], "reasonDetail": "Moved."}))
    left = ENDED | {"withdraw_reason": 44}
    status = {"programme_status": ProgrammeStatus.WITHDRAWN}
    assert await record(house.lena) == with_changes(before, {"learner": status, "2": left, "3": left})


async def test_a_break_and_its_return_and_a_withdrawal(database: str) -> None:
    """The aims of a break from which the learner came back are over: a withdrawal ends those that followed."""
    house = await office()
    await house.approved(await house.raised("BREAK_IN_LEARNING", PAUSE))
    paused = await record(house.lena)
    await house.approved(await house.raised("RETURN_TO_LEARNING", CAME_BACK))
    back = await record(house.lena)
    await house.approved(
        await house.raised("WITHDRAWAL", {"lastLearningDate": D(2024, 10, 1), "withdrawReason": ["29"]})
    )
    left = await record(house.lena)
    assert {place: back[place] for place in "123"} == {place: paused[place] for place in "123"}
    stopped = ENDED | {"withdraw_reason": 29, "actual_end_date": D(2024, 10, 1)}
    status = {"programme_status": ProgrammeStatus.WITHDRAWN}
    assert left == with_changes(back, {"learner": status, "4": stopped, "5": stopped})
