"""Tests of loading the demo data: its documented contents, atomicity, and determinism."""

import asyncio
import datetime as dt
from collections import Counter
from typing import Any

import asyncpg
import pytest

from models import (
    Employer,
    Group,
    Inbox,
    Learner,
    LearningAim,
    Mail,
    Member,
    MemberKind,
    Organisation,
    ProcessAutomation,
    Programme,
    ProgrammeStatus,
    Role,
    Tracker,
    TrackerCategory,
    TrackerType,
    TrackerTypeVersion,
)
from models.database import fetch
from services.accounts.sessions.clients import Client
from services.accounts.sign_in import sign_in
from services.demo.data import ACCOUNTS, PASSWORD
from services.demo.fill import DatabaseNotEmptyError, fill_demo
from services.installation import Installation
from services.records.organisations import add_organisation

NORTHGATE, SOUTHBANK = "Northgate Training", "Southbank Skills"
ADMINISTRATOR, TUTOR = MemberKind.ADMINISTRATOR, MemberKind.TUTOR
DOCUMENTED_ACCOUNTS = [
    ("admin@northgate.example", NORTHGATE, ADMINISTRATOR, list(Role)),
    ("admin@southbank.example", SOUTHBANK, ADMINISTRATOR, list(Role)),
    (
        "approver@northgate.example",
        NORTHGATE,
        ADMINISTRATOR,
        [Role.CREATE_TRACKERS, Role.EDIT_PROCESS_AUTOMATION_TRACKERS],
    ),
    (
        "officer@northgate.example",
        NORTHGATE,
        ADMINISTRATOR,
        [Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS],
    ),
    ("reader@northgate.example", NORTHGATE, TUTOR, []),
    ("tutor@northgate.example", NORTHGATE, TUTOR, [Role.CREATE_TRACKERS]),
    ("tutor@southbank.example", SOUTHBANK, TUTOR, [Role.CREATE_TRACKERS]),
]


async def get_organisation(name: str) -> Organisation:
    return await Organisation.get(name=name)


async def comparable_rows() -> dict[str, Any]:
    """Return the rows of the main tables, without ids, hashes, values and creation times."""
    contents: dict[str, Any] = {}
    for model, order in ((Learner, "reference"), (Tracker, "number"), (Member, "email"), (LearningAim, "sequence")):
        rows: Any = await model.all().order_by(order).values()
        contents[model.__name__] = sorted(
            str(
                {name: value for name, value in row.items() if not name.endswith(("id", "values", "before", "hash"))}
                | IGNORED_TIMES
            )
            for row in rows
        )
    return contents


IGNORED_TIMES = {"created_at": None, "imported_at": None}


async def test_the_accounts_can_sign_in(database: str) -> None:
    await fill_demo()
    assert PASSWORD == "demo-password-1"
    installation = Installation(secret=b"s" * 32, edit_url="http://127.0.0.1/{id}")
    viewers = [
        (await sign_in(installation, email=email, password=PASSWORD, client=Client("127.0.0.1"))).viewer
        for email, *_ in DOCUMENTED_ACCOUNTS
    ]
    assert [
        (viewer.member.email, viewer.organisation.name, viewer.member.kind, viewer.member.roles) for viewer in viewers
    ] == DOCUMENTED_ACCOUNTS
    assert sorted((row.email, row.organisation, row.kind, list(row.roles)) for row in ACCOUNTS) == DOCUMENTED_ACCOUNTS
    hashes = await Member.all().values_list("password_hash", flat=True)
    assert len(set(hashes)) == len(DOCUMENTED_ACCOUNTS) == await Inbox.all().count()


async def test_northgate_has_the_documented_contents(database: str) -> None:
    await fill_demo()
    northgate = await get_organisation(NORTHGATE)
    settings = await ProcessAutomation.filter(organisation_id=northgate.id)
    assert (len(settings), {row.enabled for row in settings}) == (10, {True})
    assert [row.key for row in settings if row.four_eyes] == ["CHANGE_OF_PROGRAMME"]
    custom = await TrackerType.filter(organisation_id=northgate.id)
    assert [(row.key, row.category) for row in custom] == [("SAFEGUARDING", TrackerCategory.CUSTOM)]
    employers = await Employer.filter(organisation_id=northgate.id)
    assert (len(employers), sum(not row.confirmed for row in employers)) == (8, 2)
    assert await Programme.filter(organisation_id=northgate.id).count() == 3
    assert await Group.filter(organisation_id=northgate.id).count() == 4
    assert await Tracker.filter(organisation_id=northgate.id).count() == 200
    learners = await Learner.filter(organisation_id=northgate.id)
    assert Counter(row.programme_status for row in learners) == {
        ProgrammeStatus.ONBOARDING: 3,
        ProgrammeStatus.READY_TO_ENROL: 3,
        ProgrammeStatus.ACTIVE: 59,
        ProgrammeStatus.ON_A_BREAK: 9,
        ProgrammeStatus.ENTERED_EPA: 4,
        ProgrammeStatus.PENDING_CHANGE: 3,
        ProgrammeStatus.COMPLETE: 6,
        ProgrammeStatus.WITHDRAWN: 4,
    }
    assert {"Sméth", "O'Connor"} <= {row.family_name for row in learners}


async def test_each_tutor_of_northgate_has_learners_of_every_status(database: str) -> None:
    await fill_demo()
    for email in ("tutor@northgate.example", "reader@northgate.example"):
        learners = await Learner.filter(tutor__email=email)
        assert len(learners) >= 30
        assert {row.programme_status for row in learners} == set(ProgrammeStatus)


async def test_southbank_has_the_documented_contents(database: str) -> None:
    await fill_demo()
    southbank = await get_organisation(SOUTHBANK)
    settings = await ProcessAutomation.filter(organisation_id=southbank.id)
    assert [(row.enabled, row.four_eyes) for row in settings] == [(False, False)] * 10
    assert await TrackerType.filter(organisation_id=southbank.id).count() == 0
    assert await Learner.filter(organisation_id=southbank.id).count() == 20
    assert await Learner.filter(tutor__email="tutor@southbank.example").count() == 10
    assert await Tracker.filter(organisation_id=southbank.id).count() == 30
    used_categories: Any = (
        await Tracker.filter(organisation_id=southbank.id).distinct().values_list("type__category", flat=True)
    )
    assert set(used_categories) == {TrackerCategory.EMPLOYABILITY, TrackerCategory.FUNDED}


async def test_rows_refer_only_to_rows_of_their_own_organisation(database: str) -> None:
    await fill_demo()
    foreign = await fetch("""
        SELECT count(*) FILTER (WHERE l.organisation_id <> t.organisation_id) AS learners,
          count(*) FILTER (WHERE c.organisation_id <> t.organisation_id) AS creators,
          count(*) FILTER (WHERE a.organisation_id <> t.organisation_id) AS assignees,
          count(*) FILTER (WHERE k.organisation_id <> t.organisation_id) AS types
        FROM tracker t JOIN learner l ON l.id = t.learner_id JOIN member c ON c.id = t.created_by_id
        LEFT JOIN member a ON a.id = t.assignee_id JOIN tracker_type k ON k.id = t.type_id""")
    assert dict(foreign[0]) == {"learners": 0, "creators": 0, "assignees": 0, "types": 0}
    foreign = await fetch("""
        SELECT count(*) FILTER (WHERE e.organisation_id <> l.organisation_id) AS employers,
          count(*) FILTER (WHERE p.organisation_id <> l.organisation_id) AS programmes,
          count(*) FILTER (WHERE t.organisation_id <> l.organisation_id) AS tutors,
          count(*) FILTER (WHERE g.organisation_id <> l.organisation_id) AS groups
        FROM learner l JOIN employer e ON e.id = l.employer_id JOIN programme p ON p.id = l.programme_id
        LEFT JOIN member t ON t.id = l.tutor_id LEFT JOIN learner_in_group i ON i.learner_id = l.id
        LEFT JOIN learner_group g ON g.id = i.group_id""")
    assert dict(foreign[0]) == {"employers": 0, "programmes": 0, "tutors": 0, "groups": 0}
    for column in ("uln", "reference"):
        assert len(set(await Learner.all().values_list(column, flat=True))) == 111
    names = await Learner.all().values_list("given_names", "family_name")
    assert len(set(names)) == 111


async def test_a_database_with_an_organisation_is_left_unchanged(database: str) -> None:
    await add_organisation("Ours")
    with pytest.raises(DatabaseNotEmptyError):
        await fill_demo()
    assert [row.name for row in await Organisation.all()] == ["Ours"]
    assert await Member.all().count() == 0


async def test_missing_built_in_types_are_written(database: str) -> None:
    await TrackerTypeVersion.all().delete()
    await TrackerType.all().delete()
    await fill_demo()
    assert await TrackerType.filter(organisation_id=None).count() == 17


async def test_one_of_two_concurrent_calls_fails(database: str) -> None:
    results = await asyncio.gather(fill_demo(), fill_demo(), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["DatabaseNotEmptyError", "NoneType"]
    assert await Organisation.all().count() == 2


async def test_everything_is_rolled_back_on_failure(database: str) -> None:
    await fetch("ALTER TABLE notification ADD CONSTRAINT broken CHECK (cursor < 5)")
    with pytest.raises(Exception, match="broken") as raised:
        await fill_demo()
    assert isinstance(raised.value.__cause__ or raised.value, asyncpg.CheckViolationError)
    for model in (Organisation, Member, Learner, Tracker):
        assert await model.all().count() == 0
    assert await TrackerType.filter(key="SAFEGUARDING").count() == 0
    await fetch("ALTER TABLE notification DROP CONSTRAINT broken")
    await fill_demo()
    assert await Tracker.all().count() == 230


async def test_the_data_is_deterministic(database: str) -> None:
    now = dt.datetime.now(dt.UTC)
    await fill_demo(now=now)
    rows = await comparable_rows()
    for append_only in ("tracker_event", "audit_entry", "learner_read"):
        await fetch(f"ALTER TABLE {append_only} DISABLE TRIGGER USER")
    await fetch("TRUNCATE organisation, member, tracker_type CASCADE")
    await fill_demo(now=now)
    assert await comparable_rows() == rows
    assert await Mail.all().count() == 0
