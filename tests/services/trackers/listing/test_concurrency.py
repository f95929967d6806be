"""Concurrent imports, creations, updates and approvals leave every tracker in the lists of its tutor, without deadlocks."""

import asyncio
from pathlib import Path

import pytest

from models import Learner, Member, MemberKind, Tracker, TrackerStatus
from services.imports.learners import import_learners
from services.paging.pages import PageRequest
from services.trackers.create import create_tracker
from services.trackers.create_entry import TrackerEntry
from services.trackers.listing.page import TrackerQuery, page_of_trackers
from services.trackers.update import update_tracker
from services.trackers.update_entry import UpdateEntry
from tests.support import factories as make
from tests.support.clients.graphql import viewer
from tests.support.scenarios.automations import Provider, make_provider
from tests.support.scenarios.form_samples.automation_forms import NEW_ADDRESS
from tests.support.scenarios.form_samples.forms import submitted_value

pytestmark = pytest.mark.slow

ROUNDS = 12


def _write_csv(path: Path, learners: list[Learner], tutors: list[Member], number: int) -> Path:
    """Write a CSV file that gives all learners another tutor, group and sub-programme, in another order each time."""
    lines = [
        f"{learner.reference},{tutors[(index + number) % 2].email},G{(index + number) % 3},Part {number}\n"
        for index, learner in enumerate(learners)
    ]
    rotated = lines[number:] + lines[:number]
    path.write_text("".join(["learnerReference,tutorEmail,groups,subProgramme\n", *rotated]))
    return path


async def _create_tracker(provider: Provider, learner: Learner) -> None:
    values = tuple(submitted_value(name, value) for name, value in NEW_ADDRESS.items())
    entry = TrackerEntry(type="CHANGE_OF_ADDRESS", learner_id=learner.id, values=values)
    await create_tracker(await viewer(provider.olga), entry)


async def _update_tracker(provider: Provider, tracker: Tracker, number: int) -> None:
    entry = UpdateEntry(
        tracker_id=tracker.id,
        version=tracker.version,
        assignee_id=(provider.paul, provider.olga)[number % 2].id,
    )
    await update_tracker(await viewer(provider.olga), entry)


async def test_concurrent_imports_creations_updates_and_approvals_do_not_deadlock(
    database: str, tmp_path: Path, postgres_log: Path
) -> None:
    provider = await make_provider()
    organisation = provider.organisation
    tutors = [await make.member(organisation, kind=MemberKind.TUTOR) for _ in range(2)]
    learners = [await make.learner(organisation) for _ in range(6)]
    for learner in learners * 2:
        await _create_tracker(provider, learner)
    trackers = await Tracker.all().order_by("number")
    deadlocks = postgres_log.read_text().count("deadlock detected")

    async def import_repeatedly() -> None:
        for number in range(ROUNDS):
            file = _write_csv(tmp_path / f"{number}.csv", learners, tutors, number % 6)
            await import_learners(file, organisation_id=organisation.id, overwrite=True)

    async with asyncio.timeout(120):
        await asyncio.gather(
            import_repeatedly(),
            *(_create_tracker(provider, learners[number % 6]) for number in range(ROUNDS)),
            *(_update_tracker(provider, tracker, number) for number, tracker in enumerate(trackers[:6])),
            *(provider.approve(tracker) for tracker in trackers[6:]),
        )
    for tutor in tutors:
        page = await page_of_trackers(await viewer(tutor), PageRequest(first=100), TrackerQuery(count=True))
        assert page.total == await Tracker.filter(learner__tutor_id=tutor.id).count() > 0
    assert await Tracker.filter(status=TrackerStatus.RESOLVED).count() == 6
    assert postgres_log.read_text().count("deadlock detected") == deadlocks
