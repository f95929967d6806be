"""The listing tables stay in sync with their views, and list exactly the trackers visible to each member."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from random import Random

import pytest

from models import Group, Learner, Member, MemberKind, Tracker, TrackerStatus, TrackerType
from models.database import fetch, transaction
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.databases.locks import wait_until_blocked
from tests.support.databases.tracker_listing import listed_ids, outdated_tables, visible_ids
from tests.support.scenarios.college import CREATE_ROLES, College, college, create


async def test_random_changes_keep_the_listing_in_sync(database: str) -> None:
    random = Random(7)
    organisation = await make.organisation()
    tutors = [await make.member(organisation, kind=MemberKind.TUTOR) for _ in range(4)]
    groups = [await Group.create(organisation=organisation, name=name) for name in "AB"]
    learners = [await make.learner(organisation, uln="1000000019") for _ in range(4)]
    tracker_type = await make.tracker_type(organisation)
    tutor_ids = [*(tutor.id for tutor in tutors), None]

    async def create_tracker() -> None:
        learner, members = (
            random.choice(learners),
            {"assignee": random.choice(tutors), "created_by": random.choice(tutors)},
        )
        await make.tracker(organisation, type=tracker_type, learner=learner, description="Été", **members)

    async def change_groups() -> None:
        learner = random.choice(learners)
        await learner.groups.clear()
        await learner.groups.add(*random.sample(groups, random.randint(1, 2)))

    changes: list[Callable[[], Awaitable[object]]] = [
        create_tracker,
        change_groups,
        lambda: Tracker.filter(number=random.randint(1, 9)).update(assignee_id=random.choice(tutor_ids)),
        lambda: Tracker.filter(number__gt=random.randint(1, 9)).update(
            status=random.choice(list(TrackerStatus)), description=random.choice(["Æther", "%"]), updated_at=make.now()
        ),
        lambda: Learner.filter(id=random.choice(learners).id).update(tutor_id=random.choice(tutor_ids)),
        lambda: Learner.filter(organisation=organisation).update(family_name=random.choice(["Zoë", "Ann"]), uln=None),
        lambda: Tracker.filter(number=random.randint(1, 9)).delete(),
    ]
    for change in [create_tracker] * 9 + random.choices(changes, k=60):
        await change()
        assert await outdated_tables() == []
    for tutor in tutors:
        assert await listed_ids(tutor) == await visible_ids(tutor) != set()


async def _new_tutor(tenant: College) -> Member:
    tutor = await make.member(tenant.organisation, kind=MemberKind.TUTOR)
    await Learner.filter(id=tenant.learner.id).update(tutor_id=tutor.id)
    return tutor


async def test_a_tracker_created_while_its_learner_changes_is_listed_for_the_new_tutor(database: str) -> None:
    tenant, outer_context = await college(), copy_context()
    async with transaction():
        tutor = await _new_tutor(tenant)
        task = asyncio.create_task(create(tenant.ada, tenant.job()), context=outer_context)
        await wait_until_blocked()
    assert (await task)["errors"] == []
    assert await outdated_tables() == []
    assert len(await listed_ids(tutor)) == 1


@pytest.mark.parametrize("first_changed", ["learner", "tracker"])
async def test_concurrent_changes_of_tracker_and_learner_keep_the_listing_in_sync(
    database: str, first_changed: str
) -> None:
    tenant, outer_context = await college(), copy_context()
    tracker = await make.tracker(tenant.organisation, type=await TrackerType.get(key="JOB"), learner=tenant.learner)

    async def close_tracker() -> None:
        await Tracker.filter(id=tracker.id).update(status=TrackerStatus.CLOSED)

    async def change_tutor() -> None:
        await _new_tutor(tenant)

    first_change, second_change = (
        (change_tutor, close_tracker) if first_changed == "learner" else (close_tracker, change_tutor)
    )
    async with transaction():
        await first_change()
        task = asyncio.create_task(second_change(), context=outer_context)
        await wait_until_blocked()
    await task
    assert await outdated_tables() == []
    rows = await fetch("SELECT DISTINCT status FROM tracker_listing")
    assert [row["status"] for row in rows] == [5]


@pytest.mark.slow
async def test_concurrent_creations_updates_and_new_tutors_keep_the_listing_without_deadlocks(
    database: str,
) -> None:
    tenant = await college()
    members = [await make.member(tenant.organisation, roles=CREATE_ROLES) for _ in range(4)]

    async def change(number: int) -> None:
        match number % 3:
            case 0:
                assert (await create(members[number % 4], tenant.job(assigneeId=gid(members[(number + 1) % 4]))))[
                    "errors"
                ] == []
            case 1:
                await Learner.filter(id=tenant.learner.id).update(tutor_id=members[number % 4].id)
            case 2:
                await Tracker.filter(number=number % 7 + 1).update(assignee_id=members[number % 4].id)

    async with asyncio.timeout(60):
        await asyncio.gather(*(change(number) for number in range(90)))
    assert await Tracker.all().count() == 30
    assert await outdated_tables() == []
