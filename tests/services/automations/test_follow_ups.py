"""The follow-up trackers that the system opens after applying an automation."""

from typing import Any

import pytest

from models import LearningAim, Notification, Tracker, TrackerStatus, TrackerType
from tests.support.scenarios.automations import history, make_provider, put_on_break
from tests.support.scenarios.form_samples.automation_forms import (
    BREAK_IN_LEARNING,
    NEW_ADDRESS,
    NEW_NAME,
    RETURN_TO_LEARNING,
)


@pytest.mark.parametrize(
    ("key", "entry"),
    [("CHANGE_OF_NAME", NEW_NAME), ("CHANGE_OF_ADDRESS", NEW_ADDRESS), ("RETURN_TO_LEARNING", RETURN_TO_LEARNING)],
)
async def test_changes_that_concern_the_awarding_organisation_open_a_follow_up(
    database: str, key: str, entry: dict[str, Any]
) -> None:
    provider = await make_provider()
    if key == "RETURN_TO_LEARNING":
        await put_on_break(provider)
    tracker = await provider.approve(await provider.create(key, entry))
    (follow_up,) = await Tracker.exclude(id=tracker.id)
    type_ = await TrackerType.get(id=tracker.type_id)
    assert (await TrackerType.get(id=follow_up.type_id)).key == "COMPLIANCE"
    assert follow_up.values == {
        "documentKind": ["OTHER"],
        "otherDocument": "Notice to the awarding organisation",
        "issue": ["OUT_OF_DATE"],
    }
    assert follow_up.description == (
        f"{type_.name} was applied by tracker 1. Does the awarding organisation have to know?"
    )
    assert (follow_up.number, follow_up.status, follow_up.version) == (2, TrackerStatus.NEW, 1)
    assert (follow_up.learner_id, follow_up.organisation_id) == (provider.lena.id, provider.organisation.id)
    assert (follow_up.created_by_id, follow_up.assignee_id, follow_up.due_date) == (None, None, None)
    assert await history(follow_up) == [("CREATED", None, 1, None)]
    assert await Notification.filter(tracker=follow_up).count() == 0


async def test_an_apprenticeship_unit_has_no_awarding_organisation(database: str) -> None:
    provider = await make_provider()
    await LearningAim.filter(learner=provider.lena).update(programme_type=34)
    await provider.approve(await provider.create("CHANGE_OF_NAME", NEW_NAME))
    assert await Tracker.all().count() == 1


async def test_other_automations_open_no_follow_up(database: str) -> None:
    provider = await make_provider()
    await provider.approve(await provider.create("BREAK_IN_LEARNING", BREAK_IN_LEARNING))
    assert await Tracker.all().count() == 1
