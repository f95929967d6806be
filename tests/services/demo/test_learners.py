"""Tests that the demo learners satisfy the rules of an ILR return."""

import datetime as dt
from typing import Any

from models import Employer, Learner, LearningAim, ProgrammeStatus
from services.demo.fill import fill_demo
from services.forms.check_digits import is_valid_uln
from services.forms.definitions import TextFormat
from services.forms.formats import check_format
from services.imports.ilr.programme import programme_status
from services.kernel.dates import today


async def test_learners_have_valid_ilr_values(database: str) -> None:
    await fill_demo()
    formats = {
        "uln": TextFormat.ULN,
        "given_names": TextFormat.PERSON_NAME,
        "family_name": TextFormat.PERSON_NAME,
        "postcode": TextFormat.POSTCODE,
        "workplace_postcode": TextFormat.POSTCODE,
        "address_line1": TextFormat.ADDRESS_LINE,
        "address_line2": TextFormat.ADDRESS_LINE,
        "address_line3": TextFormat.ADDRESS_LINE,
        "address_line4": TextFormat.ADDRESS_LINE,
    }
    for learner in await Learner.all():
        values = {name: getattr(learner, name) for name in formats}
        filled = {name: value for name, value in values.items() if value is not None}
        assert {name: check_format(formats[name], value) for name, value in filled.items()} == filled
        assert is_valid_uln(learner.uln or "")
        assert filled.keys() >= formats.keys() - {"address_line2", "address_line4"}
        assert learner.job_title
        assert learner.weekly_hours
    numbers = [employer.employer_id for employer in await Employer.all() if employer.employer_id]
    assert len(numbers) == 10
    assert [check_format(TextFormat.EMPLOYER_ID, number) for number in numbers] == numbers


async def test_learning_aims_satisfy_the_ilrs_cross_field_rules(database: str) -> None:
    await fill_demo()
    for learner in await Learner.all():
        aims = await LearningAim.filter(learner_id=learner.id).order_by("sequence")
        has_started = learner.programme_status not in (ProgrammeStatus.ONBOARDING, ProgrammeStatus.READY_TO_ENROL)
        assert [aim.reference == "ZPROG001" for aim in aims] == [True, False] * (len(aims) // 2)
        assert bool(aims) == has_started
        if has_started:
            derived_status: Any = programme_status(aims)  # type: ignore[arg-type]  # the same names
            status_from_aims = {ProgrammeStatus.PENDING_CHANGE: "WITHDRAWN"}
            assert derived_status == status_from_aims.get(learner.programme_status, learner.programme_status)
        for aim in aims:
            check_aim(aim, today())
    restarts = await LearningAim.filter(restart=True)
    assert len(restarts) == 6
    for aim in restarts:
        before = await LearningAim.get(learner_id=aim.learner_id, reference=aim.reference, restart=False)
        assert (before.completion_status, before.start_date) == (6, aim.original_start_date)
        assert before.actual_end_date is not None
        assert before.actual_end_date < aim.start_date


def check_aim(aim: LearningAim, today: dt.date) -> None:
    """Check a learning aim against the ILR validation rules that the comments name."""
    status, outcome, end = aim.completion_status, aim.outcome, aim.actual_end_date
    outcomes: dict[int, set[int | None]] = {1: {None}, 2: {1, 8}, 3: {3}, 6: {3}}
    assert aim.planned_end_date is not None
    assert aim.start_date < aim.planned_end_date  # LearnPlanEndDate_02
    if aim.aim_type == 1 and (status, outcome) == (1, 8):  # the training of a standard is over, not its assessment
        assert (aim.fund_model, aim.programme_type) == (36, 25)
        assert end is not None
        assert aim.start_date <= end <= today
        return
    assert (end is None) == (status == 1)  # CompStatus_02, _03
    assert end is None or aim.start_date <= end <= today  # LearnActEndDate_01, _04
    assert (outcome is None) == (status == 1)  # CompStatus_04, _05
    assert outcome in outcomes[status]  # CompStatus_06, Outcome_09, _10
    assert (aim.withdraw_reason is None) == (status != 3)  # WithdrawReason_03, _04
    assert aim.withdraw_reason not in (28, 42, 45, 48)  # WithdrawReason_05, _06
    if aim.achievement_date:
        assert status == 2  # CompStatus_07
        assert end is not None
        assert end + dt.timedelta(days=7) <= aim.achievement_date <= today  # AchDate_11
