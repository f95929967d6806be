"""Proposed changes of an automation: before, after, current, and conflicts, as they are displayed."""

import datetime as dt
from typing import Any

from models import Employer, Learner, LearningAim, Tracker
from models.database import fetch
from services.forms.definitions import ReferenceTarget
from services.forms.kinds.types import Reference
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.automation_forms import (
    BREAK_IN_LEARNING,
    NEW_CONDITIONS,
    NEW_NAME,
    RETURN_TO_LEARNING,
    TODAY,
    WITHDRAWAL,
)
from tests.support.scenarios.automations import Office, create_aim, make_office, put_on_break

CHANGES = "proposedChanges { field label before after current conflict }"
ONE = f"query ($id: ID!) {{ tracker(id: $id) {{ {CHANGES} }} }}"
ALL = f"{{ trackers(first: 100) {{ nodes {{ number {CHANGES} }} }} }}"


def row(field: str, label: str, before: str | None, after: str | None, **other: Any) -> dict[str, Any]:
    """A change; the record holds what it held, unless said otherwise."""
    found = {"field": field, "label": label, "before": before, "after": after, "current": before, "conflict": False}
    return found | other


async def proposed(office: Office, tracker: Tracker) -> Any:
    return (await data(office.paul, ONE, id=gid(tracker)))["tracker"]["proposedChanges"]


async def test_a_change_of_name(database: str) -> None:
    office = await make_office()
    tracker = await office.create("CHANGE_OF_NAME", NEW_NAME | {"title": None})
    await Learner.filter(id=office.lena.id).update(family_name="Smythe", given_names="Lena Mary")
    assert await proposed(office, tracker) == [
        row("learner.title", "Title", "Miss", None),
        row("learner.givenNames", "Given names", "Lena", "Lena Mary", current="Lena Mary"),  # somebody did it: no harm
        row("learner.familyName", "Family name", "Smith", "Sméth", current="Smythe", conflict=True),
    ]


async def test_employers_are_displayed_by_name_and_numbers_as_entered(database: str) -> None:
    office = await make_office()
    new = await make.employer(office.organisation, name="Bakers & Co")
    moves = {
        "newEmployer": Reference(ReferenceTarget.EMPLOYER, new.id),
        "oldEndDate": TODAY,
        "newStartDate": TODAY + dt.timedelta(days=1),
        "previousHours": NEW_CONDITIONS["newHours"],
        "newHours": NEW_CONDITIONS["newHours"],
    }
    tracker = await office.create("CHANGE_OF_EMPLOYER", moves)
    await Employer.filter(id=new.id).update(name="Bakers Ltd")
    assert await proposed(office, tracker) == [
        row("learner.employer", "Employer", "Acme", "Bakers Ltd"),
        row("learner.weeklyHours", "Weekly hours", "30", "37.5"),
    ]


async def test_a_break_with_its_aims_after_an_import(database: str) -> None:
    office = await make_office()
    tracker = await office.create("BREAK_IN_LEARNING", BREAK_IN_LEARNING)
    await LearningAim.filter(sequence=2).update(completion_status=2, outcome=8, actual_end_date=dt.date(2024, 3, 1))
    await LearningAim.filter(sequence=3).delete()
    await create_aim(office.lena, 4, "60346676")
    one, going, paused = "(ZPROG001)", "1 – continuing", "6 – break in learning"
    none, last = "3 – no achievement", "31 March 2024"
    ended, unknown = {"current": "2 – completed"}, {"current": "8 – completed, outcome not yet known"}
    conflict = {"conflict": True}
    assert await proposed(office, tracker) == [
        row("learner.programmeStatus", "Programme status", "Active", "On a break"),
        # One that came since, one that is not open any more, and one that is gone.
        row("aim.actualEndDate", "Actual end date (60346676)", None, last),
        row("aim.completionStatus", "Completion status (60346676)", None, paused, current=going, **conflict),
        row("aim.outcome", "Outcome (60346676)", None, none),
        row("aim.actualEndDate", f"Actual end date {one}", None, last, current="1 March 2024", **conflict),
        row("aim.completionStatus", f"Completion status {one}", going, paused, **ended, **conflict),
        row("aim.outcome", f"Outcome {one}", None, none, **unknown, **conflict),
        row("aim.completionStatus", "Completion status (60365683)", going, paused, current=None, **conflict),
    ]


async def test_aims_with_the_same_reference_are_distinguished(database: str) -> None:
    office = await make_office()
    await create_aim(office.lena, 4, "ZPROG001", start_date=dt.date(2024, 1, 8), aim_type=1)
    found = await proposed(office, await office.create("WITHDRAWAL", WITHDRAWAL))
    assert [one["label"] for one in found if one["field"] == "aim.withdrawReason"] == [
        "Withdrawal reason (ZPROG001, from 1 September 2023)",
        "Withdrawal reason (60365683)",
        "Withdrawal reason (ZPROG001, from 8 January 2024)",
    ]
    assert {one["after"] for one in found if one["field"] == "aim.withdrawReason"} == {"3 – injury or illness"}


async def test_a_return_and_the_break_it_depends_on(database: str) -> None:
    office = await make_office()
    await LearningAim.filter(sequence=3).update(completion_status=3)
    await put_on_break(office)
    tracker = await office.create("RETURN_TO_LEARNING", RETURN_TO_LEARNING)
    status = row("learner.programmeStatus", "Programme status", "On a break", "Active")
    new = [
        row("aim.startDate", "Start date (ZPROG001, new aim)", None, "7 September 2024"),
        row("aim.originalStartDate", "Original start date (ZPROG001, new aim)", None, "1 February 2022"),
        row("aim.plannedEndDate", "Planned end date (ZPROG001, new aim)", None, "9 June 2025"),
        row("aim.completionStatus", "Completion status (ZPROG001, new aim)", None, "1 – continuing"),
        row("aim.restart", "Restart (ZPROG001, new aim)", None, "Yes"),
    ]
    assert await proposed(office, tracker) == [status, *new]
    await LearningAim.filter(sequence=2).update(actual_end_date=dt.date(2024, 4, 30))
    new[2] |= {"after": "10 May 2025"}
    end = ("aim.actualEndDate", "Actual end date (ZPROG001)", "31 March 2024", "31 March 2024")
    assert await proposed(office, tracker) == [status, *new, row(*end, current="30 April 2024", conflict=True)]


async def test_after_application_the_applied_changes_and_after_rejection_none(database: str) -> None:
    office = await make_office()
    plain = await make.tracker(office.organisation, learner=office.lena)
    rejected = await office.create("CHANGE_OF_NAME", NEW_NAME)
    tracker = await office.create("CHANGE_OF_NAME", NEW_NAME)
    await Tracker.filter(id=rejected.id).update(status="REJECTED")
    await office.approve(tracker)
    await Learner.filter(id=office.lena.id).update(family_name="Jones")
    assert await proposed(office, plain) == []
    assert await proposed(office, rejected) == []
    assert await proposed(office, tracker) == [
        row("learner.title", "Title", "Miss", "Mrs", current="Mrs"),
        row("learner.givenNames", "Given names", "Lena", "Lena Mary", current="Lena Mary"),
        row("learner.familyName", "Family name", "Smith", "Sméth", current="Sméth"),
    ]


async def test_without_a_snapshot_the_present_record_is_compared(database: str) -> None:
    office = await make_office()
    tracker = await office.create("CHANGE_OF_NAME", NEW_NAME)
    await fetch("UPDATE tracker SET record_before = NULL")
    await Learner.filter(id=office.lena.id).update(family_name="Jones")
    assert (await proposed(office, tracker))[2] == row("learner.familyName", "Family name", "Jones", "Sméth")


async def test_many_trackers_take_as_many_statements_as_one(database: str) -> None:
    office = await make_office()
    employer = Reference(ReferenceTarget.EMPLOYER, office.employer.id)
    moves = {"newEmployer": employer, "oldEndDate": TODAY, "newStartDate": TODAY + dt.timedelta(days=1)}
    hours = {"previousHours": NEW_CONDITIONS["newHours"], "newHours": NEW_CONDITIONS["newHours"]}

    async def statements() -> int:
        await office.create("CHANGE_OF_EMPLOYER", moves | hours)
        await office.create("BREAK_IN_LEARNING", BREAK_IN_LEARNING)
        await office.create("WITHDRAWAL", WITHDRAWAL)
        await office.approve(await office.create("CHANGE_OF_NAME", NEW_NAME))
        with record_statements() as found:
            await data(office.paul, ALL)
        return len(found)

    await statements()  # which reads the forms, too
    first = await statements()
    for _ in range(3):
        assert await statements() == first


async def test_proposed_changes_are_visible_to_those_who_see_the_tracker(database: str) -> None:
    office = await make_office()
    tracker = await office.create("CHANGE_OF_NAME", NEW_NAME)
    asked: dict[str, Any] = {"id": gid(tracker)}
    assert len((await data(office.tutor, ONE, **asked))["tracker"]["proposedChanges"]) == 3
    assert await data(await make.member(), ONE, **asked) == {"tracker": None}
