"""Every built-in automation carried out: the whole record before and after, field by field."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from models import Learner, ProgrammeStatus, TrackerStatus
from services.forms.definitions import ReferenceTarget
from services.forms.kinds.types import Reference
from services.tracker_types.builtin import load_builtin_types
from tests.support import factories as make
from tests.support.scenarios.automation_forms import (
    ACHIEVED,
    ADDRESS,
    CONDITIONS,
    LEFT,
    NAME,
    PAUSE,
    PRACTICAL,
    TODAY,
    WHOLE,
)
from tests.support.scenarios.automations import Json, aim, office, record, with_changes

D = dt.date

ENDED = {"completion_status": 3, "outcome": 3}
COMPLETED = {"completion_status": 2, "actual_end_date": D(2024, 6, 30)}
SUPPORTED = {"learning_support_from": D(2024, 6, 1), "learning_support_to": None}
STOPPED = ENDED | {"withdraw_reason": 3, "actual_end_date": D(2024, 5, 1)}
PAUSED = {"completion_status": 6, "outcome": 3, "actual_end_date": D(2024, 3, 31)}

# The automation, what is entered, and what becomes of the record: the learner, and aims by their place.
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Json]]] = {
    "name": (
        "CHANGE_OF_NAME",
        NAME,
        {"learner": {"title": "Mrs", "given_names": "Lena Mary", "family_name": "Sméth"}},
    ),
    "name without a title": (
        "CHANGE_OF_NAME",
        NAME | {"title": None},
        {"learner": {"title": None, "given_names": "Lena Mary", "family_name": "Sméth"}},
    ),
    "address: an old second line does not survive": (
        "CHANGE_OF_ADDRESS",
        ADDRESS,
        {
            "learner": {
                "postcode": "YO1 7HH",
                "address_line1": "3 Low Lane",
                "address_line2": None,
                "address_line3": "York",
                "address_line4": None,
            }
        },
    ),
    "hours, workplace and role": (
        "CHANGE_OF_WORKING_CONDITIONS",
        CONDITIONS,
        {"learner": {"weekly_hours": Decimal("37.5"), "workplace_postcode": "YO1 7HH", "job_title": "Head baker"}},
    ),
    "role alone: what is hidden stays": (
        "CHANGE_OF_WORKING_CONDITIONS",
        {"whatChanges": ["ROLE"], "jobTitle": "Head baker", "effectiveDate": TODAY},
        {"learner": {"job_title": "Head baker"}},
    ),
    "learning support": ("LEARNING_SUPPORT", {"dateFrom": D(2024, 6, 1)}, {"2": SUPPORTED, "3": SUPPORTED}),
    "learning support to a day": (
        "LEARNING_SUPPORT",
        {"dateFrom": D(2024, 6, 1), "dateTo": D(2024, 8, 1)},
        {place: {"learning_support_from": D(2024, 6, 1), "learning_support_to": D(2024, 8, 1)} for place in ("2", "3")},
    ),
    "break": (
        "BREAK_IN_LEARNING",
        PAUSE,
        {"learner": {"programme_status": ProgrammeStatus.ON_A_BREAK}, "2": PAUSED, "3": PAUSED},
    ),
    "withdrawal": (
        "WITHDRAWAL",
        LEFT,
        {"learner": {"programme_status": ProgrammeStatus.WITHDRAWN}, "2": STOPPED, "3": STOPPED},
    ),
    "practical period": (
        "COMPLETION",
        PRACTICAL,
        {
            "learner": {"programme_status": ProgrammeStatus.ENTERED_EPA},
            **{place: COMPLETED | {"outcome": 8, "actual_hours": 412} for place in ("2", "3")},
        },
    ),
    "whole programme, achieved": (
        "COMPLETION",
        WHOLE | ACHIEVED,
        {
            "learner": {"programme_status": ProgrammeStatus.COMPLETE},
            **{place: COMPLETED | {"outcome": 1, "achievement_date": D(2024, 7, 15)} for place in ("2", "3")},
        },
    ),
    "whole programme, outcome not yet known": (
        "COMPLETION",
        WHOLE | {"outcome": ["8"]},
        {
            "learner": {"programme_status": ProgrammeStatus.COMPLETE},
            **{place: COMPLETED | {"outcome": 8} for place in ("2", "3")},
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_approval_makes_the_record_what_the_form_says(database: str, case: str) -> None:
    key, entry, changes = CASES[case]
    house = await office()
    other = await make.learner(house.organisation)
    await aim(other, 1, "ZPROG001", aim_type=1)
    before, others = await record(house.lena), await record(other)
    imported = await Learner.get(id=house.lena.id)

    tracker = await house.approved(await house.raised(key, entry))

    assert await record(house.lena) == with_changes(before, changes)
    assert await record(other) == others
    assert (tracker.status, tracker.applies_on, tracker.version) == (TrackerStatus.RESOLVED, None, 3)
    learner = await Learner.get(id=house.lena.id)
    assert (imported.changed_at, learner.imported_at) == (None, imported.imported_at)
    assert learner.changed_at is not None
    assert learner.changed_at >= tracker.updated_at  # the clock's time, not the transaction's


async def test_a_change_of_employer(database: str) -> None:
    house = await office()
    new = await make.employer(house.organisation, name="Bakers & Co")
    before = await record(house.lena)
    moves = {
        "newEmployer": Reference(ReferenceTarget.EMPLOYER, new.id),
        "oldEndDate": TODAY - dt.timedelta(days=3),
        "newStartDate": TODAY,
        "previousHours": Decimal(30),
        "newHours": Decimal(16),
    }
    await house.approved(await house.raised("CHANGE_OF_EMPLOYER", moves))
    changed = {"employer_id": new.id, "weekly_hours": Decimal(16)}
    assert await record(house.lena) == with_changes(before, {"learner": changed})


async def test_a_change_of_programme_makes_no_new_aims(database: str) -> None:
    house = await office()
    new = await make.programme(house.organisation, name="Cakes")
    before = await record(house.lena)
    moves = {
        "newProgramme": Reference(ReferenceTarget.PROGRAMME, new.id),
        "endDate": D(2024, 5, 1),
        "newStartDate": D(2024, 5, 2),
        "confirmed": True,
    }
    await house.approved(await house.raised("CHANGE_OF_PROGRAMME", moves))
    stopped = STOPPED | {"withdraw_reason": 40}
    status = {"programme_id": new.id, "programme_status": ProgrammeStatus.PENDING_CHANGE}
    assert await record(house.lena) == with_changes(before, {"learner": status, "2": stopped, "3": stopped})


async def test_after_the_practical_period_the_whole_programme(database: str) -> None:
    """Aims that await their outcome get it; they keep their end and their hours."""
    house = await office()
    await house.approved(await house.raised("COMPLETION", PRACTICAL))
    before = await record(house.lena)
    await house.approved(await house.raised("COMPLETION", WHOLE | {"actualEndDate": D(2024, 7, 1)} | ACHIEVED))
    done = {"outcome": 1, "achievement_date": D(2024, 7, 15)}
    status = {"programme_status": ProgrammeStatus.COMPLETE}
    assert await record(house.lena) == with_changes(before, {"learner": status, "2": done, "3": done})


def test_every_automation_is_here() -> None:
    keys = {one.key for one in load_builtin_types() if one.definition.effects}
    tried = {key for key, _, _ in CASES.values()}
    assert keys - tried == {"CHANGE_OF_EMPLOYER", "CHANGE_OF_PROGRAMME", "RETURN_TO_LEARNING"}
