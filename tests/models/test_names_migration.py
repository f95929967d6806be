"""Tests of the migration that merges employers, programmes and groups of the same name."""

from typing import Any, cast
from uuid import UUID

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from models import Employer, Group, Learner, Member, NameMerge, Organisation, Programme, Tracker
from models.database import APPS, fetch, migrate, pending_migrations
from server.database import upgrade_database
from tests.support import factories as make

pytestmark = pytest.mark.slow


@pytest.fixture
async def before(database: str) -> None:
    """Revert the migration, so that names may differ by case alone."""
    client = cast(AsyncpgDBClient, get_connection("default"))
    await MigrationExecutor(client, APPS).migrate([MigrationTarget("models", "0007_failed_automations")])
    assert (await pending_migrations())[0] == "0008_names"


async def names(table: str, organisation: Organisation) -> list[tuple[Any, ...]]:
    columns = "name, employer_id, confirmed" if table == "employer" else "name"
    rows = await fetch(f"SELECT {columns} FROM {table} WHERE organisation_id = $1 ORDER BY id", organisation.id)
    return [tuple(row.values()) for row in rows]


async def merges() -> dict[UUID, tuple[UUID, str, str, str]]:
    return {row.old_id: (row.new_id, row.kind, row.old_name, row.new_name) for row in await NameMerge.all()}


async def make_college(name: str) -> tuple[Organisation, list[Employer], list[Programme], list[Group]]:
    organisation = await make.organisation(name)
    employers = [
        await make.employer(organisation, name=employer, employer_id=number, confirmed=confirmed)
        for employer, number, confirmed in (
            ("Acme\u00a0Ltd", None, False),
            ("ACME  LTD", "100012345", False),
            ("acme ltd\n", None, True),
            ("Acme Limited", None, False),
        )
    ]
    programmes = [
        await make.programme(organisation, name=programme)
        for programme in ("Prog\nA", "prog a", "PROG \u200bA", "Prog B")
    ]
    groups = [
        await Group.create(organisation=organisation, name=group) for group in ("Straße", "STRASSE", "strasse", "B")
    ]
    return organisation, employers, programmes, groups


@pytest.mark.usefixtures("before")
async def test_twins_of_each_organisation_become_one() -> None:
    colleges = [await make_college(name) for name in ("Northgate", "Southgate")]
    learners = []
    for organisation, employers, programmes, groups in colleges:
        learner = await make.learner(organisation, employer=employers[2], programme=programmes[2])
        await learner.groups.add(*groups)
        await make.tracker(organisation, learner=learner)
        learners.append(learner)
    sentences = (await upgrade_database()).merges
    expected = {}
    for (organisation, employers, programmes, groups), learner in zip(colleges, learners, strict=True):
        assert await names("employer", organisation) == [("Acme Ltd", "100012345", True), ("Acme Limited", None, False)]
        assert await names("programme", organisation) == [("Prog A",), ("Prog B",)]
        assert await names("learner_group", organisation) == [("Straße",), ("B",)]
        await learner.refresh_from_db()
        assert (learner.employer_id, learner.programme_id) == (employers[0].id, programmes[0].id)
        in_groups = await fetch("SELECT group_id FROM learner_in_group WHERE learner_id = $1 ORDER BY 1", learner.id)
        assert [row["group_id"] for row in in_groups] == [groups[0].id, groups[3].id]
        for kind, first, others in (
            ("employer", "Acme Ltd", employers[:3]),
            ("programme", "Prog A", programmes[:3]),
            ("learner_group", "Straße", groups[:3]),
        ):
            for other in others[1:]:
                expected[other.id] = (others[0].id, kind, other.name, first)
    assert await merges() == expected
    assert len(sentences) == 12
    assert sentences[:3] == [
        "Northgate: the employer “ACME  LTD” was merged into “Acme Ltd”.",
        "Northgate: the employer “acme ltd\n” was merged into “Acme Ltd”.",
        "Northgate: the group “STRASSE” was merged into “Straße”.",
    ]
    assert await upgrade_database() == ([], ())


@pytest.mark.usefixtures("before")
async def test_references_in_trackers_move() -> None:
    organisation, employers, programmes, _ = await make_college("Northgate")
    values = {
        "employer": str(employers[2].id),
        "programme": str(programmes[1].id),
        "note": "x",
        "hours": 5,
        "yes": True,
    }
    snapshot = {"learner.employer": str(employers[1].id), "learner.title": None, "aim.x": {str(employers[1].id): 1}}
    await make.tracker(organisation, values=values, record_before=snapshot)
    await make.tracker(organisation, values={"employer": str(employers[3].id)}, record_before=None)
    await make.tracker(organisation, values={}, record_before={"learner.programme": str(programmes[2].id)})
    versions = await Tracker.all().order_by("number").values_list("version", "updated_at")
    await migrate()
    rows = await Tracker.all().order_by("number")
    assert [(row.values, row.record_before) for row in rows] == [
        (
            values | {"employer": str(employers[0].id), "programme": str(programmes[0].id)},
            snapshot | {"learner.employer": str(employers[0].id)},
        ),
        ({"employer": str(employers[3].id)}, None),
        ({}, {"learner.programme": str(programmes[0].id)}),
    ]
    assert await Tracker.all().order_by("number").values_list("version", "updated_at") == versions


@pytest.mark.usefixtures("before")
async def test_employers_with_different_numbers_are_never_merged() -> None:
    organisation = await make.organisation("Northgate")
    long = "Ä" * 200
    for name, number, confirmed in (
        ("Acme", "100000001", True),
        ("ACME", "100000002", True),
        ("acme", None, False),
        ("aCME", None, True),
        ("ACME (100000002)", None, True),
        ("Zest", "100000003", False),
        ("ZEST", "100000004", False),
        (long, "100000005", False),
        (long.lower(), "100000006", False),
    ):
        await make.employer(organisation, name=name, employer_id=number, confirmed=confirmed)
    by_name = {row.name: row.id for row in await Employer.all()}
    sentences = (await upgrade_database()).merges
    assert await names("employer", organisation) == [
        ("Acme (100000001)", "100000001", True),
        ("ACME (100000002, 2)", "100000002", True),
        ("acme", None, True),
        ("ACME (100000002)", None, True),
        ("Zest", "100000003", False),
        ("ZEST (100000004)", "100000004", False),
        (long, "100000005", False),
        ("ä" * 188 + " (100000006)", "100000006", False),
    ]
    assert await merges() == {
        by_name["aCME"]: (by_name["acme"], "employer", "aCME", "acme"),
        by_name["Acme"]: (by_name["Acme"], "employer", "Acme", "Acme (100000001)"),
        by_name["ACME"]: (by_name["ACME"], "employer", "ACME", "ACME (100000002, 2)"),
        by_name["ZEST"]: (by_name["ZEST"], "employer", "ZEST", "ZEST (100000004)"),
        by_name[long.lower()]: (by_name[long.lower()], "employer", long.lower(), "ä" * 188 + " (100000006)"),
    }
    assert sentences[0] == (
        "Northgate: the employer “Acme” has the name of another with a different employer number. It was not merged, and "
        "is now “Acme (100000001)”."
    )


@pytest.mark.usefixtures("before")
async def test_all_names_are_kept_on_one_line() -> None:
    organisation = await make.organisation("North\ngate  Training")
    await make.member(organisation, name="Ada\u202e \tOsei")
    await make.learner(
        organisation, given_names="A\u00a0B", family_name="van\nDyk", sub_programme="a\tb", job_title="x\u200b  y"
    )
    await make.learner(organisation, given_names="\u200b", family_name="نمی\u200cخواهم")
    await migrate()
    assert (await Organisation.get()).name == "North gate Training"
    assert (await Member.get()).name == "Ada Osei"
    columns = ("given_names", "family_name", "sub_programme", "job_title")
    assert await Learner.all().order_by("id").values_list(*columns) == [
        ("A B", "van Dyk", "a b", "x y"),
        ("\u200b", "نمی\u200cخواهم", None, None),
    ]


@pytest.mark.usefixtures("before")
async def test_thousands_of_twins_become_one_each() -> None:
    organisation = await make.organisation()
    for table, columns, values in (
        ("employer", ", confirmed", ", false"),
        ("programme", "", ""),
        ("learner_group", "", ""),
    ):
        await fetch(
            f"INSERT INTO {table} (id, organisation_id, name{columns}) SELECT gen_random_uuid(), $1, "
            f"CASE n % 3 WHEN 0 THEN upper(name) WHEN 1 THEN name ELSE name || ' ' END{values} "
            "FROM (SELECT n, 'Name ' || n / 3 AS name FROM generate_series(0, 8999) n) named",
            organisation.id,
        )
    await fetch(
        "INSERT INTO learner (id, organisation_id, given_names, family_name, programme_status, created_at, employer_id) "
        "SELECT gen_random_uuid(), $1, 'Given', 'Family', 'ACTIVE', now(), id FROM employer",
        organisation.id,
    )
    await migrate()
    for table in ("employer", "programme", "learner_group"):
        assert len(await names(table, organisation)) == 3_000
    assert await NameMerge.all().count() == 18_000
    employed = await fetch(
        "SELECT count(*), min(n), max(n) FROM (SELECT count(*) n FROM learner GROUP BY employer_id) e"
    )
    assert tuple(employed[0].values()) == (3_000, 3, 3)
