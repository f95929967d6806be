"""Who reads which learner's record is noted, whatever the way to it, and once a day."""

import asyncio
import datetime as dt

import pytest

from models import LearnerRead, LearningAim, Member
from models.database import fetch
from services import learner_reads as module
from services.kernel.dates import today
from services.learner_reads import LearnerReads, learner_reads
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.scenarios.college import College, college


@pytest.fixture
async def tenant(database: str) -> College:
    learner_reads.__init__()  # type: ignore[misc]  # forget what other tests have noted
    return await college()


async def noted() -> list[tuple[str, str]]:
    """Write what is pending, and return the members' and learners' ids of all reads."""
    await learner_reads.write()
    reads = await LearnerRead.all().order_by("id")
    assert {read.day for read in reads} <= {today()}
    return [(str(read.member_id), str(read.learner_id)) for read in reads]


async def new_aim(tenant: College) -> LearningAim:
    return await LearningAim.create(
        organisation=tenant.organisation, learner=tenant.learner, sequence=1, reference="ZPROG001",
        aim_type=1, start_date=today(), completion_status=1,
    )  # fmt: skip


async def read_by(member: Member, tenant: College, way: str) -> None:
    """Read the record of the tenant's only learner in some way."""
    tracker = await make.tracker(
        tenant.organisation, learner=tenant.learner, created_by=tenant.ada, assignee=tenant.bob
    )
    document, id_ = {
        "learner": ("query ($id: ID!) { learner(id: $id) { name } }", gid(tenant.learner)),
        "node": ("query ($id: ID!) { node(id: $id) { id } }", gid(tenant.learner)),
        "nodes": ("query ($id: ID!) { nodes(ids: [$id]) { ... on Learner { uln } } }", gid(tenant.learner)),
        "aim": ("query ($id: ID!) { node(id: $id) { ... on LearningAim { outcome } } }", gid(await new_aim(tenant))),
        "learners": ("{ learners { nodes { uln } } }", ""),
        "learners' edges": ("{ learners { edges { node { address { postcode } } } } }", ""),
        "learners' aims": ("{ learners { nodes { learningAims { id } } } }", ""),
        "tracker": ("query ($id: ID!) { tracker(id: $id) { learner { employer { name } } } }", gid(tracker)),
        "trackers": ("{ trackers { nodes { learner { jobTitle } } } }", ""),
        "history": ("query ($id: ID!) { tracker(id: $id) { history { nodes { tracker { learner { uln } } } } } }", gid(tracker)),
        "trackers in a fragment": ("{ trackers { nodes { ...t } } } fragment t on Tracker { learner { l: uln } }", ""),
    }[way]  # fmt: skip
    if way == "history":
        await fetch(
            "INSERT INTO tracker_event (id, organisation_id, tracker_id, kind, at, version, changes) "
            "VALUES (gen_random_uuid(), $1, $2, 'CREATED', now(), 1, '[]')",
            tenant.organisation.id, tracker.id,
        )  # fmt: skip
    await data(member, document, **({"id": id_} if id_ else {}))


WAYS = [
    "learner", "node", "nodes", "aim", "learners", "learners' edges", "learners' aims",
    "tracker", "trackers", "history", "trackers in a fragment",
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_to_a_record_is_noted_once(tenant: College, way: str) -> None:
    for _ in range(2):
        await read_by(tenant.ada, tenant, way) if way != "aim" else None
    if way == "aim":
        await read_by(tenant.ada, tenant, way)
    assert await noted() == [(str(tenant.ada.id), str(tenant.learner.id))]


async def test_lists_of_names_are_not_noted(tenant: College) -> None:
    await make.tracker(tenant.organisation, learner=tenant.learner, created_by=tenant.ada)
    about = "id name reference programme { name } programmeStatus subProgramme tutor { name } groups"
    await data(
        tenant.ada,
        f"{{ learners {{ totalCount nodes {{ {about} }} }} trackers {{ nodes {{ learner {{ {about} }} }} }} }}",
    )
    assert await noted() == []


async def test_what_is_not_shown_is_not_noted(tenant: College) -> None:
    for number in range(3):
        await make.learner(tenant.organisation, family_name=f"Z{number}")
    page = (await data(tenant.ada, "{ learners(first: 2) { nodes { id uln } pageInfo { hasNextPage } } }"))["learners"]
    assert page["pageInfo"] == {"hasNextPage": True}
    assert len(await noted()) == 2
    await data(tenant.tina, "query ($id: ID!) { learner(id: $id) { uln } }", id=gid(await make.learner()))
    assert len(await noted()) == 2


async def test_each_member_has_a_read_of_their_own_and_each_day_another(tenant: College) -> None:
    for member in (tenant.ada, tenant.bob, tenant.ada):
        await data(member, "query ($id: ID!) { learner(id: $id) { uln } }", id=gid(tenant.learner))
    assert [member for member, _ in await noted()] == [str(tenant.ada.id), str(tenant.bob.id)]
    yesterday = today() - dt.timedelta(days=1)
    await make.learner_read(tenant.learner, tenant.ada, day=yesterday)
    assert await LearnerRead.filter(member=tenant.ada).count() == 2


async def test_processes_that_note_the_same_read_write_one_row(tenant: College) -> None:
    processes = [LearnerReads() for _ in range(4)]
    for process in processes:
        process.note(tenant.organisation.id, tenant.ada.id, [tenant.learner.id])
    await asyncio.gather(*(process.write() for process in processes))
    assert await LearnerRead.all().count() == 1


async def test_what_could_not_be_written_is_written_later(tenant: College) -> None:
    process = LearnerReads()
    process.note(tenant.organisation.id, tenant.ada.id, [tenant.learner.id])
    await fetch("ALTER TABLE learner_read RENAME TO elsewhere")
    task = asyncio.create_task(process.run(interval=0.01))
    await asyncio.sleep(0.05)
    await fetch("ALTER TABLE elsewhere RENAME TO learner_read")
    task.cancel()  # as at shutdown, which writes once more
    await asyncio.gather(task, return_exceptions=True)
    assert await LearnerRead.all().count() == 1


async def test_memory_is_bounded(tenant: College, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED_PAIRS", 3)
    monkeypatch.setattr(module, "MAX_PENDING", 2)
    process = LearnerReads()
    learners = [await make.learner(tenant.organisation) for _ in range(5)]
    for learner in learners:
        process.note(tenant.organisation.id, tenant.ada.id, [learner.id])
    await process.write()
    assert [read.learner_id for read in await LearnerRead.all().order_by("id")] == [row.id for row in learners[3:]]


async def test_a_read_can_be_neither_changed_nor_deleted_early(tenant: College) -> None:
    import asyncpg

    await make.learner_read(tenant.learner, tenant.ada)
    old = today() - dt.timedelta(days=3 * 366)
    await make.learner_read(tenant.learner, tenant.ada, day=old)
    for statement in ("UPDATE learner_read SET at = now()", "TRUNCATE learner_read", "DELETE FROM learner_read"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await fetch(statement)
    assert await LearnerRead.all().count() == 2
    await fetch("DELETE FROM learner_read WHERE day < '2025-01-01'")
    assert await LearnerRead.all().count() == 1
