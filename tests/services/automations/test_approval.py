"""Approving automations: problems, scheduling, notifications, concurrency and atomicity."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from models import Learner, LearningAim, Notification, Tracker, TrackerEvent, TrackerStatus
from models.database import fetch
from services.automations.snapshots import take_snapshot
from services.forms.definitions import ReferenceTarget
from services.forms.kinds.types import Reference
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.tracker_types.versions import versions_by_id
from tests.support import factories as make
from tests.support.clients.tracker_updates import notified_kinds, written_rows
from tests.support.scenarios.automations import Provider, history, learner_record, make_provider, put_on_break
from tests.support.scenarios.form_samples.automation_forms import (
    BREAK_IN_LEARNING,
    NEW_ADDRESS,
    NEW_CONDITIONS,
    NEW_NAME,
    PRACTICAL_PERIOD,
    RETURN_TO_LEARNING,
    TODAY,
    WITHDRAWAL,
)

TOMORROW = TODAY + dt.timedelta(days=1)


async def approval_errors(provider: Provider, tracker: Tracker) -> list[Problem]:
    """Return the problems of an approval that fails, checking that it has changed nothing."""
    before = (
        await written_rows(),
        await learner_record(provider.lena),
        (await Learner.get(id=provider.lena.id)).changed_at,
    )
    with pytest.raises(ValidationFailed) as raised:
        await provider.approve(tracker)
    after = (
        await written_rows(),
        await learner_record(provider.lena),
        (await Learner.get(id=provider.lena.id)).changed_at,
    )
    assert after == before
    return list(raised.value.problems)


def conflict(path: tuple[str, ...], field: str, message: str) -> Problem:
    return Problem(path, ErrorCode.CONFLICT, message, (("field", field),))


async def test_a_conflict_is_reported_at_the_field_that_requests_the_change(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.create("CHANGE_OF_NAME", NEW_NAME | {"title": None})
    await Learner.filter(id=provider.lena.id).update(family_name="Smythe", given_names="Lena Mary", title="Ms")
    assert await approval_errors(provider, tracker) == [
        conflict(("values", "title"), "learner.title", "'Title' was “Miss” when this was entered, and is “Ms” now."),
        conflict(
            ("values", "familyName"),
            "learner.familyName",
            "'Family name' was “Smith” when this was entered, and is “Smythe” now.",
        ),
    ]
    await Learner.filter(id=provider.lena.id).update(family_name="Sméth", title=None)  # the values that it sets anyway
    await provider.approve(tracker)
    assert (await Tracker.get(id=tracker.id)).status == TrackerStatus.RESOLVED


async def test_a_conflict_of_a_fixed_value_is_reported_at_the_status(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.create("WITHDRAWAL", WITHDRAWAL)
    await LearningAim.filter(sequence=3).update(outcome=8)
    await Learner.filter(id=provider.lena.id).update(programme_status="ON_A_BREAK")
    status = "'Programme status' was “Active” when this was entered, and is “On a break” now."
    outcome = "'Outcome (60365683)' was empty when this was entered, and is “8 – completed, outcome not yet known” now."
    assert await approval_errors(provider, tracker) == [
        conflict(("status",), "learner.programmeStatus", status),
        conflict(("status",), "aim.outcome", outcome),
    ]


async def test_a_conflict_of_a_value_set_by_a_choice_is_reported_at_the_choice(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.create("COMPLETION", PRACTICAL_PERIOD)
    await LearningAim.filter(sequence=3).update(outcome=2)
    message = "'Outcome (60365683)' was empty when this was entered, and is “2 – partial achievement” now."
    assert await approval_errors(provider, tracker) == [conflict(("values", "scope"), "aim.outcome", message)]


async def test_a_conflict_of_a_restart_is_reported_at_the_return_date(database: str) -> None:
    provider = await make_provider()
    await put_on_break(provider)
    tracker = await provider.create("RETURN_TO_LEARNING", RETURN_TO_LEARNING)
    await LearningAim.filter(sequence=2).update(planned_end_date=None)
    message = "'Planned end date (ZPROG001)' was “31 December 2024” when this was entered, and is empty now."
    assert await approval_errors(provider, tracker) == [
        conflict(("values", "returnDate"), "aim.plannedEndDate", message)
    ]


async def test_preconditions_and_ilr_rules_are_checked_at_approval(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.create("BREAK_IN_LEARNING", BREAK_IN_LEARNING)
    await Learner.filter(id=provider.lena.id).update(programme_status="COMPLETE")
    await LearningAim.filter(sequence=2).update(start_date=dt.date(2024, 5, 1))
    failed_precondition = "The learner's programme status is 'Complete'. It must be 'Active'."
    too_early = "'Last day of learning' must be 1 May 2024 or later: a learning aim that it ends started on that date."
    earliest = (("earliest", "2024-05-01"),)
    path = ("values", "lastLearningDate")
    assert await approval_errors(provider, tracker) == [
        Problem(("learner_id",), ErrorCode.PRECONDITION_FAILED, failed_precondition, (("allowed", "ACTIVE"),)),
        Problem(path, ErrorCode.TOO_EARLY, too_early, earliest, "LearnActEndDate_01"),
    ]


async def test_a_deleted_employer_cannot_be_written_to_the_record(database: str) -> None:
    provider = await make_provider()
    new_employer = await make.employer(provider.organisation)
    days = {"oldEndDate": TODAY - dt.timedelta(days=1), "newStartDate": TODAY}
    hours = {"previousHours": NEW_CONDITIONS["newHours"], "newHours": NEW_CONDITIONS["newHours"]}
    entry = {"newEmployer": Reference(ReferenceTarget.EMPLOYER, new_employer.id)} | days | hours
    tracker = await provider.create("CHANGE_OF_EMPLOYER", entry)
    await new_employer.delete()
    message = "'Employer': the chosen record no longer exists."
    assert await approval_errors(provider, tracker) == [
        Problem(("values", "newEmployer"), ErrorCode.NOT_FOUND, message)
    ]


async def test_an_approval_writes_history_and_notifications(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.approve(await provider.create("CHANGE_OF_NAME", NEW_NAME, assignee_id=provider.tutor.id))
    assert await history(tracker) == [
        ("CREATED", "Olga", 1, None),
        ("STATUS_CHANGED", "Paul", 2, None),
        ("APPLIED", None, 3, None),
    ]
    applied = await TrackerEvent.get(tracker=tracker, kind="APPLIED")
    assert applied.changes == [
        {"path": ["status"], "label": "Status", "before": "Approved", "after": "Resolved"},
        {"path": ["learner", "title"], "label": "Title", "before": "Miss", "after": "Mrs"},
        {"path": ["learner", "givenNames"], "label": "Given names", "before": "Lena", "after": "Lena Mary"},
        {"path": ["learner", "familyName"], "label": "Family name", "before": "Smith", "after": "Sméth"},
    ]
    assert await notified_kinds(provider.olga, provider.tutor, provider.paul) == {
        "Olga": ["STATUS_CHANGED", "APPLIED"],
        "Tom": ["ASSIGNED", "STATUS_CHANGED", "APPLIED"],
        "Paul": [],
    }
    actors = await Notification.filter(kind="APPLIED").values_list("actor_id", flat=True)
    assert set(actors) == {None}


async def test_a_future_effective_date_schedules_the_automation(database: str) -> None:
    provider = await make_provider()
    before = await learner_record(provider.lena)
    tracker = await provider.approve(
        await provider.create("CHANGE_OF_ADDRESS", NEW_ADDRESS | {"effectiveDate": TOMORROW})
    )
    assert (tracker.status, tracker.applies_on, tracker.version) == (TrackerStatus.APPROVED, TOMORROW, 2)
    assert await learner_record(provider.lena) == before
    assert (await Learner.get(id=provider.lena.id)).changed_at is None
    assert await Tracker.all().count() == 1
    assert [kind for kind, *_ in await history(tracker)] == ["CREATED", "STATUS_CHANGED"]
    rescheduled = await provider.approve(tracker)
    assert (rescheduled.status, rescheduled.applies_on) == (TrackerStatus.APPROVED, TOMORROW)


@pytest.mark.parametrize("day", [None, TODAY - dt.timedelta(days=40), TODAY])
async def test_an_automation_without_a_future_effective_date_is_applied(database: str, day: dt.date | None) -> None:
    provider = await make_provider()
    tracker = await provider.approve(await provider.create("CHANGE_OF_ADDRESS", NEW_ADDRESS | {"effectiveDate": day}))
    assert (tracker.status, tracker.applies_on) == (TrackerStatus.RESOLVED, None)


async def test_concurrent_approvals_apply_the_automation_once(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.create("CHANGE_OF_NAME", NEW_NAME)
    outcomes = await asyncio.gather(*(provider.approve(tracker) for _ in range(8)), return_exceptions=True)
    refusals = [outcome for outcome in outcomes if isinstance(outcome, ValidationFailed)]
    assert len(refusals) == 7
    assert await history(tracker) == [
        ("CREATED", "Olga", 1, None),
        ("STATUS_CHANGED", "Paul", 2, None),
        ("APPLIED", None, 3, None),
    ]
    assert await Tracker.all().count() == 2  # with one follow-up


async def test_concurrent_automations_of_a_learner_change_the_record_once(database: str) -> None:
    """Check that the second approval waits for the learner's row lock, and then finds a conflict."""
    provider = await make_provider()
    trackers = [
        await provider.create("CHANGE_OF_NAME", NEW_NAME | {"familyName": name}) for name in ("Ames", "Bates", "Cole")
    ]
    outcomes = await asyncio.gather(*(provider.approve(tracker) for tracker in trackers), return_exceptions=True)
    problems = [outcome.problems for outcome in outcomes if isinstance(outcome, ValidationFailed)]
    assert [[problem.path for problem in tracker_problems] for tracker_problems in problems] == [
        [("values", "familyName")]
    ] * 2
    assert await Tracker.filter(status="RESOLVED").count() == 1


@pytest.mark.parametrize("table", ["learning_aim", "tracker_event", "organisation_counter"])
async def test_a_failure_in_the_middle_changes_nothing(database: str, table: str) -> None:
    """Check that nothing is written if a constraint rejects the aims, the last event or the follow-up."""
    provider = await make_provider()
    await put_on_break(provider)
    tracker = await provider.create("RETURN_TO_LEARNING", RETURN_TO_LEARNING)
    constraints: dict[str, str] = {
        "learning_aim": "sequence < 5",
        "tracker_event": "kind <> 'APPLIED'",
        "organisation_counter": "trackers < 2",
    }
    await fetch(f"ALTER TABLE {table} ADD CONSTRAINT test_constraint CHECK ({constraints[table]})")
    before: Any = (await written_rows(), await learner_record(provider.lena))
    with pytest.raises(Exception) as failure:
        await provider.approve(tracker)
    assert "test_constraint" in str(failure.value)
    assert (await written_rows(), await learner_record(provider.lena)) == before
    await fetch(f"ALTER TABLE {table} DROP CONSTRAINT test_constraint")
    await provider.approve(tracker)
    assert (await Tracker.get(id=tracker.id)).status == TrackerStatus.RESOLVED


async def test_the_snapshot_contains_every_field_that_is_changed(database: str) -> None:
    provider = await make_provider()
    programme_aim, component_aim = await LearningAim.filter(sequence__in=[2, 3]).order_by("sequence")
    tracker = await provider.create("BREAK_IN_LEARNING", BREAK_IN_LEARNING)
    assert tracker.record_before == {
        "aim.reference": {str(programme_aim.id): "ZPROG001", str(component_aim.id): "60365683"},
        "learner.programmeStatus": "ACTIVE",
        "aim.actualEndDate": {str(programme_aim.id): None, str(component_aim.id): None},
        "aim.completionStatus": {str(programme_aim.id): 1, str(component_aim.id): 1},
        "aim.outcome": {str(programme_aim.id): None, str(component_aim.id): None},
    }
    form = (await versions_by_id([tracker.type_version_id]))[tracker.type_version_id]
    assert await take_snapshot(form.definition, tracker.values, provider.lena) == tracker.record_before
    plain_version_id = (await make.tracker(provider.organisation)).type_version_id
    assert (
        await take_snapshot((await versions_by_id([plain_version_id]))[plain_version_id].definition, {}, provider.lena)
        is None
    )
