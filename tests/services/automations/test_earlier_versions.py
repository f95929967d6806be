"""Trackers of the built-in types of 0.2.0 after an upgrade: they keep their form and their effects."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from models import Learner, LearningAim, ProgrammeStatus, Tracker, TrackerStatus, TrackerType
from services.automations.worker import apply_due
from services.forms.definitions import ReferenceTarget
from services.forms.kinds.types import Reference
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.tracker_types.builtin import write_builtin_types
from tests.support import factories as make
from tests.support.scenarios.automations import Provider, learner_record, make_provider, with_changed_fields
from tests.support.scenarios.form_samples.automation_forms import PRACTICAL_PERIOD, TODAY, WHOLE_PROGRAMME, WITHDRAWAL
from tests.support.scenarios.released_types import RELEASED_TYPES

BREAK = {
    "lastLearningDate": dt.date(2024, 3, 31),
    "expectedReturnDate": dt.date(2024, 9, 1),
    "reason": ["MEDICAL"],
    "agreedWithLearner": True,
    "agreedWithEmployer": True,
}
PAUSED = {"completion_status": 6, "outcome": 3, "actual_end_date": dt.date(2024, 3, 31)}
GATEWAY = {"outcome": 8, "actual_end_date": dt.date(2024, 3, 1)}


async def create_before_upgrade(
    provider: Provider, key: str, form: dict[str, Any], *, approve: bool = False
) -> Tracker:
    """Create a tracker of a type as it was in 0.2.0, approve it if asked, and upgrade the built-in types."""
    await write_builtin_types(RELEASED_TYPES)
    before = await TrackerType.get(key=key, organisation_id=None)
    tracker = await provider.create(key, form)
    if approve:
        tracker = await provider.approve(tracker)
    await write_builtin_types()
    assert (await TrackerType.get(id=before.id)).version == before.version + 1
    return tracker


async def test_a_completed_practical_period_is_applied_as_it_was_proposed(database: str) -> None:
    provider = await make_provider()
    tracker = await create_before_upgrade(provider, "COMPLETION", PRACTICAL_PERIOD)
    before = await learner_record(provider.lena)
    await provider.approve(tracker)
    completed = {"completion_status": 2, "outcome": 8, "actual_end_date": dt.date(2024, 6, 30), "actual_hours": 412}
    status = {"programme_status": ProgrammeStatus.ENTERED_EPA}
    assert await learner_record(provider.lena) == with_changed_fields(
        before, {"learner": status, "2": completed, "3": completed}
    )


async def test_a_completed_programme_may_still_await_its_outcome(database: str) -> None:
    provider = await make_provider()
    tracker = await create_before_upgrade(provider, "COMPLETION", WHOLE_PROGRAMME | {"outcome": ["8"]})
    before = await learner_record(provider.lena)
    await provider.approve(tracker)
    completed = {"completion_status": 2, "outcome": 8, "actual_end_date": dt.date(2024, 6, 30)}
    status = {"programme_status": ProgrammeStatus.COMPLETE}
    assert await learner_record(provider.lena) == with_changed_fields(
        before, {"learner": status, "2": completed, "3": completed}
    )


async def test_a_withdrawal_ends_the_whole_programme(database: str) -> None:
    provider = await make_provider()
    tracker = await create_before_upgrade(provider, "WITHDRAWAL", WITHDRAWAL)
    before = await learner_record(provider.lena)
    await provider.approve(tracker)
    stopped = {"completion_status": 3, "outcome": 3, "withdraw_reason": 3, "actual_end_date": dt.date(2024, 5, 1)}
    status = {"programme_status": ProgrammeStatus.WITHDRAWN}
    assert await learner_record(provider.lena) == with_changed_fields(
        before, {"learner": status, "2": stopped, "3": stopped}
    )


async def test_a_change_of_employer_that_waits_is_not_held_to_the_longest_gap(database: str) -> None:
    provider = await make_provider()
    new = await make.employer(provider.organisation, name="Bakers & Co")
    tomorrow = TODAY + dt.timedelta(days=1)
    form = {
        "newEmployer": Reference(ReferenceTarget.EMPLOYER, new.id),
        "oldEndDate": tomorrow - dt.timedelta(days=100),
        "newStartDate": tomorrow,
        "previousHours": Decimal(30),
        "newHours": Decimal(16),
    }
    tracker = await create_before_upgrade(provider, "CHANGE_OF_EMPLOYER", form, approve=True)
    assert (tracker.status, tracker.applies_on) == (TrackerStatus.APPROVED, tomorrow)
    before = await learner_record(provider.lena)
    assert await apply_due(day=tomorrow) == 1
    changed = {"employer_id": new.id, "weekly_hours": Decimal(16)}
    assert await learner_record(provider.lena) == with_changed_fields(before, {"learner": changed})


async def test_a_break_needs_no_answer_about_the_employers_account(database: str) -> None:
    provider = await make_provider()
    tracker = await create_before_upgrade(provider, "BREAK_IN_LEARNING", BREAK)
    before = await learner_record(provider.lena)
    await provider.approve(tracker)
    status = {"programme_status": ProgrammeStatus.ON_A_BREAK}
    assert await learner_record(provider.lena) == with_changed_fields(
        before, {"learner": status, "2": PAUSED, "3": PAUSED}
    )


async def test_a_break_leaves_aims_that_have_ended(database: str) -> None:
    provider = await make_provider()
    await LearningAim.filter(learner=provider.lena, sequence=3).update(actual_end_date=dt.date(2024, 2, 1))
    tracker = await create_before_upgrade(provider, "BREAK_IN_LEARNING", BREAK)
    before = await learner_record(provider.lena)
    await provider.approve(tracker)
    status = {"programme_status": ProgrammeStatus.ON_A_BREAK}
    assert await learner_record(provider.lena) == with_changed_fields(before, {"learner": status, "2": PAUSED})


@pytest.mark.parametrize("status", [ProgrammeStatus.ACTIVE, ProgrammeStatus.ENTERED_EPA])
async def test_a_break_is_refused_after_the_gateway(database: str, status: ProgrammeStatus) -> None:
    provider = await make_provider()
    tracker = await create_before_upgrade(provider, "BREAK_IN_LEARNING", BREAK)
    await LearningAim.filter(learner=provider.lena, sequence=2).update(**GATEWAY)
    await Learner.filter(id=provider.lena.id).update(programme_status=status)
    before = await learner_record(provider.lena)
    with pytest.raises(ValidationFailed) as raised:
        await provider.approve(tracker)
    message = (
        "The learner is through the gateway, in assessment (EPA): a break in learning can only begin before that. "
        "If the learner has left, raise a withdrawal."
    )
    refused = Problem(
        ("learner_id",), ErrorCode.PRECONDITION_FAILED, message, (("allowed", "ACTIVE"),), "CompStatus_06"
    )
    assert raised.value.problems[0] == refused
    assert {problem.code for problem in raised.value.problems[1:]} == {ErrorCode.CONFLICT}
    assert await learner_record(provider.lena) == before
