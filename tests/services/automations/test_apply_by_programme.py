"""Applying the automations whose effects depend on the learning aim or on the programme: the record, field by field."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from models import Learner, LearningAim, ProgrammeStatus
from services.forms.definitions import ReferenceTarget
from services.forms.kinds.types import Reference
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from tests.support import factories as make
from tests.support.scenarios.automations import (
    Provider,
    create_aim,
    learner_record,
    make_provider,
    put_on_break,
    with_changed_fields,
)
from tests.support.scenarios.form_samples.automation_forms import (
    BREAK_IN_LEARNING,
    PRACTICAL_PERIOD,
    RETURN_TO_LEARNING,
    TODAY,
    WHOLE_PROGRAMME,
    WITHDRAWAL,
)

D = dt.date
ENDED_EARLIER = {"actual_end_date": D(2024, 2, 1)}
PAUSED = {"completion_status": 6, "outcome": 3, "actual_end_date": D(2024, 3, 31)}
ONE_AIM = WITHDRAWAL | {"oneAimOnly": True, "aimReference": "60365683"}
WITHDRAWN = {"completion_status": 3, "outcome": 3, "withdraw_reason": 3}
STOPPED = WITHDRAWN | {"actual_end_date": D(2024, 5, 1)}
COMPLETED = {"completion_status": 2, "actual_end_date": D(2024, 6, 30)}
COMPLETE = {"programme_status": ProgrammeStatus.COMPLETE}


async def change_of_employer(provider: Provider, gap: int, **values: object) -> dict[str, Any]:
    new = await make.employer(provider.organisation, name="Bakers & Co")
    return {
        "newEmployer": Reference(ReferenceTarget.EMPLOYER, new.id),
        "oldEndDate": TODAY - dt.timedelta(days=gap),
        "newStartDate": TODAY,
        "previousHours": Decimal(30),
        "newHours": Decimal(16),
        **values,
    }


@pytest.mark.parametrize("key", ["BREAK_IN_LEARNING", "CHANGE_OF_PROGRAMME", "WITHDRAWAL", "COMPLETION"])
async def test_no_automation_overwrites_an_end_date(database: str, key: str) -> None:
    provider = await make_provider()
    await LearningAim.filter(learner=provider.lena, sequence=3).update(**ENDED_EARLIER)
    programme = await make.programme(provider.organisation, name="Cakes")
    forms = {
        "BREAK_IN_LEARNING": BREAK_IN_LEARNING,
        "CHANGE_OF_PROGRAMME": {
            "newProgramme": Reference(ReferenceTarget.PROGRAMME, programme.id),
            "endDate": D(2024, 5, 1),
            "newStartDate": D(2024, 5, 2),
            "confirmed": True,
        },
        "WITHDRAWAL": WITHDRAWAL,
        "COMPLETION": PRACTICAL_PERIOD,
    }
    await provider.approve(await provider.create(key, forms[key]))
    record = await learner_record(provider.lena)
    assert record["2"]["actual_end_date"] not in (None, D(2024, 2, 1))
    assert record["3"]["actual_end_date"] == D(2024, 2, 1)


async def test_a_break_leaves_aims_that_have_ended(database: str) -> None:
    provider = await make_provider()
    await LearningAim.filter(learner=provider.lena, sequence=3).update(**ENDED_EARLIER)
    before = await learner_record(provider.lena)
    await provider.approve(await provider.create("BREAK_IN_LEARNING", BREAK_IN_LEARNING))
    status = {"programme_status": ProgrammeStatus.ON_A_BREAK}
    assert await learner_record(provider.lena) == with_changed_fields(before, {"learner": status, "2": PAUSED})


async def test_an_aim_left_during_a_break_does_not_return(database: str) -> None:
    provider = await make_provider()
    await put_on_break(provider)
    before = await learner_record(provider.lena)
    await provider.approve(await provider.create("WITHDRAWAL", ONE_AIM))
    left = with_changed_fields(before, {"3": WITHDRAWN})
    assert await learner_record(provider.lena) == left  # its end is that of the break, and the programme is still on it
    await provider.approve(await provider.create("RETURN_TO_LEARNING", RETURN_TO_LEARNING))
    after = await learner_record(provider.lena)
    assert [(place, aim["reference"]) for place, aim in after.items() if aim.get("restart")] == [("4", "ZPROG001")]
    assert after["learner"]["programme_status"] == ProgrammeStatus.ACTIVE
    assert {place: after[place] for place in ("1", "2", "3")} == {place: left[place] for place in ("1", "2", "3")}


async def test_the_rest_of_a_programme_can_be_completed_after_an_aim_was_left(database: str) -> None:
    provider = await make_provider()
    await provider.approve(await provider.create("WITHDRAWAL", ONE_AIM))
    left = await learner_record(provider.lena)
    await provider.approve(await provider.create("COMPLETION", PRACTICAL_PERIOD))
    status = {"programme_status": ProgrammeStatus.ENTERED_EPA}
    training_over = {"actual_end_date": D(2024, 6, 30), "outcome": 8, "actual_hours": 412}
    assert await learner_record(provider.lena) == with_changed_fields(left, {"learner": status, "2": training_over})


async def test_one_of_two_aims_with_the_same_reference_is_left(database: str) -> None:
    provider = await make_provider()
    await create_aim(provider.lena, 4, "60365683", start_date=D(2024, 1, 8))
    before = await learner_record(provider.lena)
    form = ONE_AIM | {"aimStartDate": D(2024, 1, 8)}
    await provider.approve(await provider.create("WITHDRAWAL", form))
    assert await learner_record(provider.lena) == with_changed_fields(before, {"4": STOPPED})


async def test_an_aim_that_has_ended_since_cannot_be_left_any_more(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.create("WITHDRAWAL", ONE_AIM)
    await LearningAim.filter(learner=provider.lena, sequence=3).update(completion_status=2, outcome=1, **ENDED_EARLIER)
    before = await learner_record(provider.lena)
    with pytest.raises(ValidationFailed) as raised:
        await provider.approve(tracker)
    message = "'Learning aim' must be one of the learner's open learning aims."
    assert raised.value.problems[0] == Problem(
        ("values", "aimReference"), ErrorCode.NOT_FOUND, message, (("allowed", ""),)
    )
    assert {problem.code for problem in raised.value.problems[1:]} == {ErrorCode.CONFLICT}
    assert await learner_record(provider.lena) == before


async def test_other_programmes_complete_with_an_achievement_date_of_their_own(database: str) -> None:
    provider = await make_provider()
    await LearningAim.filter(learner=provider.lena).update(fund_model=37, programme_type=32)
    before = await learner_record(provider.lena)
    form = WHOLE_PROGRAMME | {"outcome": ["1"], "achievementDate": D(2024, 6, 30)}
    await provider.approve(await provider.create("COMPLETION", form))
    achieved = COMPLETED | {"outcome": 1}
    assert await learner_record(provider.lena) == with_changed_fields(
        before, {"learner": COMPLETE, "2": achieved | {"achievement_date": D(2024, 6, 30)}, "3": achieved}
    )


async def test_a_practical_period_that_was_completed_by_an_earlier_version_is_corrected(database: str) -> None:
    provider = await make_provider()
    old = COMPLETED | {"outcome": 8, "actual_hours": 412}
    await LearningAim.filter(learner=provider.lena, completion_status=1).update(**old)
    await Learner.filter(id=provider.lena.id).update(programme_status=ProgrammeStatus.ENTERED_EPA)
    before = await learner_record(provider.lena)
    await provider.approve(await provider.create("COMPLETION", PRACTICAL_PERIOD | {"actualEndDate": D(2024, 7, 1)}))
    assert await learner_record(provider.lena) == with_changed_fields(before, {"2": {"completion_status": 1}})


@pytest.mark.parametrize("outcome", ["1", "3", "8"])
async def test_a_unit_completes_without_a_date_or_hours(database: str, outcome: str) -> None:
    provider = await make_provider()
    await LearningAim.filter(learner=provider.lena).update(fund_model=39, programme_type=34)
    before = await learner_record(provider.lena)
    await provider.approve(await provider.create("COMPLETION", WHOLE_PROGRAMME | {"outcome": [outcome]}))
    completed = COMPLETED | {"outcome": int(outcome)}
    assert await learner_record(provider.lena) == with_changed_fields(
        before, {"learner": COMPLETE, "2": completed, "3": completed}
    )


async def test_a_standard_that_is_not_funded_as_an_apprenticeship_completes_its_practical_period(database: str) -> None:
    """Check that Outcome 8 beside CompStatus 1 stays an exception of funded apprenticeships (CompStatus_05)."""
    provider = await make_provider()
    await LearningAim.filter(learner=provider.lena).update(fund_model=99)
    before = await learner_record(provider.lena)
    await provider.approve(await provider.create("COMPLETION", PRACTICAL_PERIOD))
    status, completed = {"programme_status": ProgrammeStatus.ENTERED_EPA}, COMPLETED | {"outcome": 8}
    assert await learner_record(provider.lena) == with_changed_fields(
        before, {"learner": status, "2": completed | {"actual_hours": 412}, "3": completed}
    )


@pytest.mark.parametrize(
    ("gap", "values"), [(30, {}), (31, {"breakConsidered": True}), (84, {"breakConsidered": True})]
)
async def test_an_employer_changes_after_a_gap(database: str, gap: int, values: dict[str, object]) -> None:
    provider = await make_provider()
    form = await change_of_employer(provider, gap, accountStopDate=TODAY - dt.timedelta(days=gap), **values)
    before = await learner_record(provider.lena)
    await provider.approve(await provider.create("CHANGE_OF_EMPLOYER", form))
    changed = {"employer_id": form["newEmployer"].id, "weekly_hours": Decimal(16)}
    assert await learner_record(provider.lena) == with_changed_fields(before, {"learner": changed})


async def test_a_learner_without_an_employer_gets_one(database: str) -> None:
    provider = await make_provider()
    await Learner.filter(id=provider.lena.id).update(employer_id=None)
    form = await change_of_employer(provider, 20)
    await provider.approve(await provider.create("CHANGE_OF_EMPLOYER", form))
    assert (await Learner.get(id=provider.lena.id)).employer_id == form["newEmployer"].id


async def test_an_employer_that_changed_in_the_gap_is_a_conflict(database: str) -> None:
    provider = await make_provider()
    form = await change_of_employer(provider, 40, breakConsidered=True)
    tracker = await provider.create("CHANGE_OF_EMPLOYER", form)
    third = await make.employer(provider.organisation, name="Cakes Ltd")
    await Learner.filter(id=provider.lena.id).update(employer_id=third.id)
    with pytest.raises(ValidationFailed) as raised:
        await provider.approve(tracker)
    message = "'Employer' was “Acme” when this was entered, and is “Cakes Ltd” now."
    assert list(raised.value.problems) == [
        Problem(("values", "newEmployer"), ErrorCode.CONFLICT, message, (("field", "learner.employer"),))
    ]
