"""Tests of concurrent writes: no deadlock, consecutive numbers and cursors, and one email for each notification."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models import Inbox, Mail, Member, Notification, OrganisationCounter, Tracker
from models.database import fetch
from services.trackers.comments import CommentEntry, add_comment
from services.trackers.create import create_tracker
from services.trackers.create_entry import TrackerEntry
from services.trackers.update import update_tracker
from services.trackers.update_entry import UpdateEntry
from tests.support import factories as make
from tests.support.clients.graphql import gid, viewer
from tests.support.scenarios.automations import Provider, make_provider
from tests.support.scenarios.college import CREATE_ROLES, college, create
from tests.support.scenarios.error_trackers import open_trackers
from tests.support.scenarios.form_samples.automation_forms import NEW_ADDRESS
from tests.support.scenarios.ilr_returns import return_xml
from tests.support.scenarios.imports import learner_xml


@pytest.mark.slow
async def test_two_hundred_concurrent_creations_among_four_members(database: str) -> None:
    tenant = await college()
    members = [await make.member(tenant.organisation, roles=CREATE_ROLES) for _ in range(4)]
    pairs = [
        (members[n % 4], members[(n + 1 + n // 4 % 3) % 4]) for n in range(200)
    ]  # nobody is assigned their own tracker
    assert {Counter(assignee.id for _, assignee in pairs)[member.id] for member in members} == {50}

    async with asyncio.timeout(60):
        payloads = await asyncio.gather(
            *(create(member, tenant.job(assigneeId=gid(assignee))) for member, assignee in pairs)
        )

    assert [payload["errors"] for payload in payloads] == [[]] * 200
    assert sorted(payload["tracker"]["number"] for payload in payloads) == list(range(1, 201))
    assert (await OrganisationCounter.get()).trackers == 200
    for member in members:
        notifications = await Notification.filter(recipient=member).order_by("cursor").prefetch_related("tracker")
        assert [notification.cursor for notification in notifications] == list(range(1, 51))
        assert {
            (notification.tracker.assignee_id, notification.tracker.created_by_id == notification.actor_id)
            for notification in notifications
        } == {(member.id, True)}
        assert len({notification.tracker_id for notification in notifications}) == 50
        assert (await Inbox.get(member_id=member.id)).cursor == 50
    mails = await Mail.all().values_list("notification_id", flat=True)
    assert sorted(map(str, mails)) == sorted(map(str, await Notification.all().values_list("id", flat=True)))
    assert await Tracker.all().count() == 200


@contextmanager
def recorded_deadlocks() -> Iterator[list[str]]:
    """Record the statements that PostgreSQL ended because of a deadlock; the transaction is then retried unnoticed."""
    deadlocked: list[str] = []
    connection: Any = asyncpg.Connection
    private_execute = connection._execute

    async def _execute(self: Any, query: str, *args: Any, **options: Any) -> Any:
        try:
            return await private_execute(self, query, *args, **options)
        except asyncpg.DeadlockDetectedError:
            deadlocked.append(query)
            raise

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "_execute", _execute)
        yield deadlocked


async def create_reassign_and_comment(provider: Provider, members: list[Member], n: int) -> None:
    """Create a tracker, assign it to three members one after the other, and let each of them comment."""
    creator = await viewer(members[n % len(members)])
    assignees = [members[(n + step * (1 + n % 2)) % len(members)] for step in range(1, 4)]
    entry = TrackerEntry(
        type="ANY",
        learner_id=provider.lena.id,
        assignee_id=assignees[0].id,
        idempotency_key=f"key {n}",
    )
    tracker_id = (await create_tracker(creator, entry)).id
    for version, assignee in enumerate(assignees[1:], start=1):
        await update_tracker(
            creator, UpdateEntry(tracker_id=tracker_id, version=version, assignee_id=assignee.id, comment="Yours.")
        )
        await add_comment(await viewer(assignee), CommentEntry(tracker_id=tracker_id, text="Mine."))


@pytest.mark.slow
async def test_creations_updates_comments_approvals_and_imports_do_not_deadlock(database: str, tmp_path: Path) -> None:
    provider = await make_provider()
    await make.tracker_type(provider.organisation, key="ANY")
    members = [await make.member(provider.organisation, roles=CREATE_ROLES) for _ in range(4)]
    automations = [
        await provider.create("CHANGE_OF_ADDRESS", NEW_ADDRESS, assignee_id=members[n % 4].id) for n in range(4)
    ]
    returns = []
    for n in range(2):
        learners = [learner_xml(reference=f"{'AB'[n]}{k}", ULN=9276308685, GivenNames="") for k in range(20)]
        returns.append(tmp_path / f"{n}.xml")
        returns[n].write_bytes(return_xml("".join(learners)))

    with recorded_deadlocks() as deadlocked:
        async with asyncio.timeout(120):
            await asyncio.gather(
                *(create_reassign_and_comment(provider, members, n) for n in range(24)),
                *(provider.approve(tracker) for tracker in automations[:1]),
                *(open_trackers(file, provider.organisation, assign_to=members[0].email) for file in returns),
            )

    assert deadlocked == []
    for member in members:
        cursors = [
            row["cursor"]
            for row in await fetch("SELECT cursor FROM notification WHERE recipient_id = $1 ORDER BY cursor", member.id)
        ]
        assert cursors == list(range(1, len(cursors) + 1))
        assert (await Inbox.get(member_id=member.id)).cursor == len(cursors)
    numbers = [tracker.number for tracker in await Tracker.all().order_by("number")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 24 + 4
