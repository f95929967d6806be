"""Tests of the proposed changes of an automation: their old, new and current values, and conflicts."""

import datetime as dt
from typing import Any

from models import Employer, Learner, LearningAim, Tracker
from models.database import fetch
from services.forms.definitions import ReferenceTarget
from services.forms.kinds.types import Reference
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.automations import Provider, create_aim, make_provider, put_on_break
from tests.support.scenarios.form_samples.automation_forms import (
    BREAK_IN_LEARNING,
    NEW_CONDITIONS,
    NEW_NAME,
    PRACTICAL_PERIOD,
    RETURN_TO_LEARNING,
    TODAY,
    WITHDRAWAL,
)

CHANGES = "proposedChanges { field label before after current conflict }"
PROPOSED_CHANGES = f"query ($id: ID!) {{ tracker(id: $id) {{ {CHANGES} }} }}"
ALL_PROPOSED_CHANGES = f"{{ trackers(first: 100) {{ nodes {{ number {CHANGES} }} }} }}"


def proposed_change(field: str, label: str, before: str | None, after: str | None, **overrides: Any) -> dict[str, Any]:
    """Return a proposed change; by default the current value is the old one."""
    change = {"field": field, "label": label, "before": before, "after": after, "current": before, "conflict": False}
    return change | overrides


async def proposed_changes(provider: Provider, tracker: Tracker) -> Any:
    return (await data(provider.paul, PROPOSED_CHANGES, id=gid(tracker)))["tracker"]["proposedChanges"]


async def test_a_change_of_name(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.create("CHANGE_OF_NAME", NEW_NAME | {"title": None})
    await Learner.filter(id=provider.lena.id).update(family_name="Smythe", given_names="Lena Mary")
    assert await proposed_changes(provider, tracker) == [
        proposed_change("learner.title", "Title", "Miss", None),
        # The current value is the new one already, so there is no conflict.
        proposed_change("learner.givenNames", "Given names", "Lena", "Lena Mary", current="Lena Mary"),
        proposed_change("learner.familyName", "Family name", "Smith", "Sméth", current="Smythe", conflict=True),
    ]


async def test_employers_are_displayed_by_name_and_numbers_as_entered(database: str) -> None:
    provider = await make_provider()
    new = await make.employer(provider.organisation, name="Bakers & Co")
    values = {
        "newEmployer": Reference(ReferenceTarget.EMPLOYER, new.id),
        "oldEndDate": TODAY,
        "newStartDate": TODAY + dt.timedelta(days=1),
        "previousHours": NEW_CONDITIONS["newHours"],
        "newHours": NEW_CONDITIONS["newHours"],
    }
    tracker = await provider.create("CHANGE_OF_EMPLOYER", values)
    await Employer.filter(id=new.id).update(name="Bakers Ltd")
    assert await proposed_changes(provider, tracker) == [
        proposed_change("learner.employer", "Employer", "Acme", "Bakers Ltd"),
        proposed_change("learner.weeklyHours", "Weekly hours", "30", "37.5"),
    ]


async def test_a_break_after_an_import_has_changed_the_aims(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.create("BREAK_IN_LEARNING", BREAK_IN_LEARNING)
    await LearningAim.filter(sequence=2).update(completion_status=2, outcome=8, actual_end_date=dt.date(2024, 3, 1))
    await LearningAim.filter(sequence=3).delete()
    await create_aim(provider.lena, 4, "60346676")
    aim_label, continuing, paused = "(ZPROG001)", "1 – continuing", "6 – break in learning"
    no_achievement, last_day = "3 – no achievement", "31 March 2024"
    completed, outcome_unknown = {"current": "2 – completed"}, {"current": "8 – completed, outcome not yet known"}
    conflict = {"conflict": True}
    assert await proposed_changes(provider, tracker) == [
        proposed_change("learner.programmeStatus", "Programme status", "Active", "On a break"),
        # An aim that was added, one that has been completed, and one that was deleted.
        proposed_change("aim.actualEndDate", "Actual end date (60346676)", None, last_day),
        proposed_change(
            "aim.completionStatus", "Completion status (60346676)", None, paused, current=continuing, **conflict
        ),
        proposed_change("aim.outcome", "Outcome (60346676)", None, no_achievement),
        proposed_change(
            "aim.actualEndDate", f"Actual end date {aim_label}", None, last_day, current="1 March 2024", **conflict
        ),
        proposed_change(
            "aim.completionStatus", f"Completion status {aim_label}", continuing, paused, **completed, **conflict
        ),
        proposed_change("aim.outcome", f"Outcome {aim_label}", None, no_achievement, **outcome_unknown, **conflict),
        proposed_change(
            "aim.completionStatus", "Completion status (60365683)", continuing, paused, current=None, **conflict
        ),
    ]


async def test_aims_with_the_same_reference_are_distinguished(database: str) -> None:
    provider = await make_provider()
    await create_aim(provider.lena, 4, "ZPROG001", start_date=dt.date(2024, 1, 8), aim_type=1)
    changes = await proposed_changes(provider, await provider.create("WITHDRAWAL", WITHDRAWAL))
    assert [change["label"] for change in changes if change["field"] == "aim.withdrawReason"] == [
        "Withdrawal reason (ZPROG001, from 1 September 2023)",
        "Withdrawal reason (60365683)",
        "Withdrawal reason (ZPROG001, from 8 January 2024)",
    ]
    assert {change["after"] for change in changes if change["field"] == "aim.withdrawReason"} == {
        "3 – injury or illness"
    }


async def test_a_return_to_learning_and_the_break_on_which_it_depends(database: str) -> None:
    provider = await make_provider()
    await LearningAim.filter(sequence=3).update(completion_status=3)
    await put_on_break(provider)
    tracker = await provider.create("RETURN_TO_LEARNING", RETURN_TO_LEARNING)
    status = proposed_change("learner.programmeStatus", "Programme status", "On a break", "Active")
    new_aim = [
        proposed_change("aim.startDate", "Start date (ZPROG001, new aim)", None, "7 September 2024"),
        proposed_change("aim.originalStartDate", "Original start date (ZPROG001, new aim)", None, "1 February 2022"),
        proposed_change("aim.plannedEndDate", "Planned end date (ZPROG001, new aim)", None, "9 June 2025"),
        proposed_change("aim.completionStatus", "Completion status (ZPROG001, new aim)", None, "1 – continuing"),
        proposed_change("aim.restart", "Restart (ZPROG001, new aim)", None, "Yes"),
    ]
    assert await proposed_changes(provider, tracker) == [status, *new_aim]
    await LearningAim.filter(sequence=2).update(actual_end_date=dt.date(2024, 4, 30))
    new_aim[2] |= {"after": "10 May 2025"}
    end = ("aim.actualEndDate", "Actual end date (ZPROG001)", "31 March 2024", "31 March 2024")
    assert await proposed_changes(provider, tracker) == [
        status,
        *new_aim,
        proposed_change(*end, current="30 April 2024", conflict=True),
    ]


async def test_a_resolved_automation_has_the_applied_changes_and_a_rejected_one_has_none(database: str) -> None:
    provider = await make_provider()
    plain = await make.tracker(provider.organisation, learner=provider.lena)
    rejected = await provider.create("CHANGE_OF_NAME", NEW_NAME)
    tracker = await provider.create("CHANGE_OF_NAME", NEW_NAME)
    await Tracker.filter(id=rejected.id).update(status="REJECTED")
    await provider.approve(tracker)
    await Learner.filter(id=provider.lena.id).update(family_name="Jones")
    assert await proposed_changes(provider, plain) == []
    assert await proposed_changes(provider, rejected) == []
    assert await proposed_changes(provider, tracker) == [
        proposed_change("learner.title", "Title", "Miss", "Mrs", current="Mrs"),
        proposed_change("learner.givenNames", "Given names", "Lena", "Lena Mary", current="Lena Mary"),
        proposed_change("learner.familyName", "Family name", "Smith", "Sméth", current="Sméth"),
    ]


async def test_without_a_snapshot_the_old_values_are_those_of_the_current_record(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.create("CHANGE_OF_NAME", NEW_NAME)
    await fetch("UPDATE tracker SET record_before = NULL")
    await Learner.filter(id=provider.lena.id).update(family_name="Jones")
    assert (await proposed_changes(provider, tracker))[2] == proposed_change(
        "learner.familyName", "Family name", "Jones", "Sméth"
    )


async def test_many_trackers_take_as_many_statements_as_one(database: str) -> None:
    provider = await make_provider()
    employer = Reference(ReferenceTarget.EMPLOYER, provider.employer.id)
    values = {"newEmployer": employer, "oldEndDate": TODAY, "newStartDate": TODAY + dt.timedelta(days=1)}
    hours = {"previousHours": NEW_CONDITIONS["newHours"], "newHours": NEW_CONDITIONS["newHours"]}

    async def count_statements() -> int:
        await provider.create("CHANGE_OF_EMPLOYER", values | hours)
        await provider.create("BREAK_IN_LEARNING", BREAK_IN_LEARNING)
        await provider.create("WITHDRAWAL", WITHDRAWAL)
        await provider.approve(await provider.create("CHANGE_OF_NAME", NEW_NAME))
        with record_statements() as statements:
            await data(provider.paul, ALL_PROPOSED_CHANGES)
        return len(statements)

    await count_statements()  # the first run also reads the forms
    expected = await count_statements()
    for _ in range(3):
        assert await count_statements() == expected


async def test_proposed_changes_are_visible_to_members_who_see_the_tracker(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.create("CHANGE_OF_NAME", NEW_NAME)
    variables: dict[str, Any] = {"id": gid(tracker)}
    assert len((await data(provider.tutor, PROPOSED_CHANGES, **variables))["tracker"]["proposedChanges"]) == 3
    assert await data(await make.member(), PROPOSED_CHANGES, **variables) == {"tracker": None}


async def test_a_practical_period_differs_between_the_aims_of_a_standard(database: str) -> None:
    provider = await make_provider()
    continuing, completed, unknown = "1 – continuing", "2 – completed", "8 – completed, outcome not yet known"
    assert await proposed_changes(provider, await provider.create("COMPLETION", PRACTICAL_PERIOD)) == [
        proposed_change("learner.programmeStatus", "Programme status", "Active", "Entered assessment (EPA)"),
        proposed_change("aim.actualEndDate", "Actual end date (ZPROG001)", None, "30 June 2024"),
        proposed_change("aim.completionStatus", "Completion status (ZPROG001)", continuing, continuing),
        proposed_change("aim.outcome", "Outcome (ZPROG001)", None, unknown),
        proposed_change("aim.actualHours", "Actual off-the-job hours (ZPROG001)", None, "412"),
        proposed_change("aim.actualEndDate", "Actual end date (60365683)", None, "30 June 2024"),
        proposed_change("aim.completionStatus", "Completion status (60365683)", continuing, completed),
        proposed_change("aim.outcome", "Outcome (60365683)", None, unknown),
    ]


async def test_a_withdrawal_from_one_aim_leaves_the_rest(database: str) -> None:
    provider = await make_provider()
    form = WITHDRAWAL | {"oneAimOnly": True, "aimReference": "60365683"}
    assert await proposed_changes(provider, await provider.create("WITHDRAWAL", form)) == [
        proposed_change("aim.actualEndDate", "Actual end date (60365683)", None, "1 May 2024"),
        proposed_change("aim.completionStatus", "Completion status (60365683)", "1 – continuing", "3 – withdrawn"),
        proposed_change("aim.outcome", "Outcome (60365683)", None, "3 – no achievement"),
        proposed_change("aim.withdrawReason", "Withdrawal reason (60365683)", None, "3 – injury or illness"),
    ]
