"""Applying every built-in automation: the changes to the record, compared field by field."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from models import Learner, ProgrammeStatus, TrackerStatus
from services.forms.definitions import ReferenceTarget
from services.forms.kinds.types import Reference
from services.tracker_types.builtin import load_builtin_types
from tests.support import factories as make
from tests.support.scenarios.automations import Json, create_aim, learner_record, make_provider, with_changed_fields
from tests.support.scenarios.form_samples.automation_forms import (
    ACHIEVEMENT,
    BREAK_IN_LEARNING,
    NEW_ADDRESS,
    NEW_CONDITIONS,
    NEW_NAME,
    PRACTICAL_PERIOD,
    TODAY,
    WHOLE_PROGRAMME,
    WITHDRAWAL,
)

D = dt.date

ENDED = {"completion_status": 3, "outcome": 3}
COMPLETED = {"completion_status": 2, "actual_end_date": D(2024, 6, 30)}
SUPPORTED = {"learning_support_from": D(2024, 6, 1), "learning_support_to": None}
STOPPED = ENDED | {"withdraw_reason": 3, "actual_end_date": D(2024, 5, 1)}
PAUSED = {"completion_status": 6, "outcome": 3, "actual_end_date": D(2024, 3, 31)}

# The automation, its values, and the expected changes to the learner and to aims (by sequence number).
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Json]]] = {
    "name": (
        "CHANGE_OF_NAME",
        NEW_NAME,
        {"learner": {"title": "Mrs", "given_names": "Lena Mary", "family_name": "Sméth"}},
    ),
    "name without a title": (
        "CHANGE_OF_NAME",
        NEW_NAME | {"title": None},
        {"learner": {"title": None, "given_names": "Lena Mary", "family_name": "Sméth"}},
    ),
    "address: an old second line is cleared": (
        "CHANGE_OF_ADDRESS",
        NEW_ADDRESS,
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
        NEW_CONDITIONS,
        {"learner": {"weekly_hours": Decimal("37.5"), "workplace_postcode": "YO1 7HH", "job_title": "Head baker"}},
    ),
    "role alone: hidden fields keep their values": (
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
        BREAK_IN_LEARNING,
        {"learner": {"programme_status": ProgrammeStatus.ON_A_BREAK}, "2": PAUSED, "3": PAUSED},
    ),
    "withdrawal": (
        "WITHDRAWAL",
        WITHDRAWAL,
        {"learner": {"programme_status": ProgrammeStatus.WITHDRAWN}, "2": STOPPED, "3": STOPPED},
    ),
    "withdrawal from one aim": (
        "WITHDRAWAL",
        WITHDRAWAL | {"oneAimOnly": True, "aimReference": "60365683"},
        {"3": STOPPED},
    ),
    "practical period": (
        "COMPLETION",
        PRACTICAL_PERIOD,
        {
            "learner": {"programme_status": ProgrammeStatus.ENTERED_EPA},
            "2": {"actual_end_date": D(2024, 6, 30), "outcome": 8, "actual_hours": 412},  # stays continuing
            "3": COMPLETED | {"outcome": 8},
        },
    ),
    "whole programme, achieved": (
        "COMPLETION",
        WHOLE_PROGRAMME | ACHIEVEMENT,
        {
            "learner": {"programme_status": ProgrammeStatus.COMPLETE},
            "2": COMPLETED | {"outcome": 1, "achievement_date": D(2024, 7, 15)},
            "3": COMPLETED | {"outcome": 1},
        },
    ),
    "whole programme, not achieved": (
        "COMPLETION",
        WHOLE_PROGRAMME | {"outcome": ["3"]},
        {
            "learner": {"programme_status": ProgrammeStatus.COMPLETE},
            **{place: COMPLETED | {"outcome": 3} for place in ("2", "3")},
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_approval_writes_the_entered_values_to_the_record(database: str, case: str) -> None:
    key, entry, changes = CASES[case]
    provider = await make_provider()
    other_learner = await make.learner(provider.organisation)
    await create_aim(other_learner, 1, "ZPROG001", aim_type=1)
    before, other_before = await learner_record(provider.lena), await learner_record(other_learner)
    learner_before = await Learner.get(id=provider.lena.id)

    tracker = await provider.approve(await provider.create(key, entry))

    assert await learner_record(provider.lena) == with_changed_fields(before, changes)
    assert await learner_record(other_learner) == other_before
    assert (tracker.status, tracker.applies_on, tracker.version) == (TrackerStatus.RESOLVED, None, 3)
    learner = await Learner.get(id=provider.lena.id)
    assert (learner_before.changed_at, learner.imported_at) == (None, learner_before.imported_at)
    assert learner.changed_at is not None
    assert learner.changed_at >= tracker.updated_at  # the clock's time, not the transaction's


async def test_a_change_of_employer(database: str) -> None:
    provider = await make_provider()
    new = await make.employer(provider.organisation, name="Bakers & Co")
    before = await learner_record(provider.lena)
    entry = {
        "newEmployer": Reference(ReferenceTarget.EMPLOYER, new.id),
        "oldEndDate": TODAY - dt.timedelta(days=3),
        "newStartDate": TODAY,
        "previousHours": Decimal(30),
        "newHours": Decimal(16),
    }
    await provider.approve(await provider.create("CHANGE_OF_EMPLOYER", entry))
    changed = {"employer_id": new.id, "weekly_hours": Decimal(16)}
    assert await learner_record(provider.lena) == with_changed_fields(before, {"learner": changed})


async def test_a_change_of_programme_adds_no_aims(database: str) -> None:
    provider = await make_provider()
    new = await make.programme(provider.organisation, name="Cakes")
    before = await learner_record(provider.lena)
    entry = {
        "newProgramme": Reference(ReferenceTarget.PROGRAMME, new.id),
        "endDate": D(2024, 5, 1),
        "newStartDate": D(2024, 5, 2),
        "confirmed": True,
    }
    await provider.approve(await provider.create("CHANGE_OF_PROGRAMME", entry))
    stopped = STOPPED | {"withdraw_reason": 40}
    status = {"programme_id": new.id, "programme_status": ProgrammeStatus.PENDING_CHANGE}
    assert await learner_record(provider.lena) == with_changed_fields(
        before, {"learner": status, "2": stopped, "3": stopped}
    )


async def test_completion_of_the_programme_after_the_practical_period(database: str) -> None:
    """Check that aims awaiting an outcome receive it, and keep their end date and hours."""
    provider = await make_provider()
    await provider.approve(await provider.create("COMPLETION", PRACTICAL_PERIOD))
    before = await learner_record(provider.lena)
    await provider.approve(
        await provider.create("COMPLETION", WHOLE_PROGRAMME | {"actualEndDate": D(2024, 7, 1)} | ACHIEVEMENT)
    )
    achieved = {"completion_status": 2, "outcome": 1, "achievement_date": D(2024, 7, 15)}
    status = {"programme_status": ProgrammeStatus.COMPLETE}
    assert await learner_record(provider.lena) == with_changed_fields(
        before, {"learner": status, "2": achieved, "3": {"outcome": 1}}
    )


def test_every_automation_has_a_case() -> None:
    keys = {type_.key for type_ in load_builtin_types() if type_.definition.effects}
    tested_keys = {key for key, _, _ in CASES.values()}
    assert keys - tested_keys == {"CHANGE_OF_EMPLOYER", "CHANGE_OF_PROGRAMME", "RETURN_TO_LEARNING"}
