"""The demo data as operate.md promises it: accounts, organisations, learners; all or nothing, and the same each time."""

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
from services.accounts.sessions import sign_in
from services.demo import NotEmpty, fill_demo
from services.demo.accounts import ACCOUNTS, PASSWORD
from services.installation import Installation
from services.records.organisations import add_organisation

NORTHGATE, SOUTHBANK = "Northgate Training", "Southbank Skills"
ADMINISTRATOR, TUTOR = MemberKind.ADMINISTRATOR, MemberKind.TUTOR
ACCOUNTS_PROMISED = [
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


async def named(name: str) -> Organisation:
    return await Organisation.get(name=name)


async def snapshot() -> dict[str, Any]:
    """What the demo data say, without ids and hashes."""
    said: dict[str, Any] = {}
    for model, order in ((Learner, "reference"), (Tracker, "number"), (Member, "email"), (LearningAim, "sequence")):
        rows: Any = await model.all().order_by(order).values()
        said[model.__name__] = sorted(
            str(
                {name: value for name, value in row.items() if not name.endswith(("id", "values", "before", "hash"))}
                | MOMENT
            )
            for row in rows
        )
    return said


MOMENT = {"created_at": None, "imported_at": None}


async def test_the_accounts_can_sign_in(database: str) -> None:
    await fill_demo()
    assert PASSWORD == "demo-password-1"
    installation = Installation(secret=b"s" * 32, edit_url="http://127.0.0.1/{id}")
    viewers = [
        (await sign_in(installation, email=email, password=PASSWORD, client="127.0.0.1")).viewer
        for email, *_ in ACCOUNTS_PROMISED
    ]
    assert [
        (one.member.email, one.organisation.name, one.member.kind, one.member.roles) for one in viewers
    ] == ACCOUNTS_PROMISED
    assert sorted((one.email, one.organisation, one.kind, list(one.roles)) for one in ACCOUNTS) == ACCOUNTS_PROMISED
    hashes = await Member.all().values_list("password_hash", flat=True)
    assert len(set(hashes)) == len(ACCOUNTS_PROMISED) == await Inbox.all().count()


async def test_northgate_has_what_is_promised(database: str) -> None:
    await fill_demo()
    northgate = await named(NORTHGATE)
    settings = await ProcessAutomation.filter(organisation_id=northgate.id)
    assert (len(settings), {one.enabled for one in settings}) == (10, {True})
    assert [one.key for one in settings if one.four_eyes] == ["CHANGE_OF_PROGRAMME"]
    own = await TrackerType.filter(organisation_id=northgate.id)
    assert [(one.key, one.category) for one in own] == [("SAFEGUARDING", TrackerCategory.CUSTOM)]
    employers = await Employer.filter(organisation_id=northgate.id)
    assert (len(employers), sum(not one.confirmed for one in employers)) == (8, 2)
    assert await Programme.filter(organisation_id=northgate.id).count() == 3
    assert await Group.filter(organisation_id=northgate.id).count() == 4
    assert await Tracker.filter(organisation_id=northgate.id).count() == 200
    learners = await Learner.filter(organisation_id=northgate.id)
    assert Counter(one.programme_status for one in learners) == {
        ProgrammeStatus.ONBOARDING: 3,
        ProgrammeStatus.READY_TO_ENROL: 3,
        ProgrammeStatus.ACTIVE: 59,
        ProgrammeStatus.ON_A_BREAK: 9,
        ProgrammeStatus.ENTERED_EPA: 4,
        ProgrammeStatus.PENDING_CHANGE: 3,
        ProgrammeStatus.COMPLETE: 6,
        ProgrammeStatus.WITHDRAWN: 4,
    }
    assert {"Sméth", "O'Connor"} <= {one.family_name for one in learners}


async def test_each_of_northgates_tutors_has_learners_of_every_kind(database: str) -> None:
    await fill_demo()
    for email in ("tutor@northgate.example", "reader@northgate.example"):
        learners = await Learner.filter(tutor__email=email)
        assert len(learners) >= 30
        assert {one.programme_status for one in learners} == set(ProgrammeStatus)


async def test_southbank_has_what_is_promised(database: str) -> None:
    await fill_demo()
    southbank = await named(SOUTHBANK)
    settings = await ProcessAutomation.filter(organisation_id=southbank.id)
    assert [(one.enabled, one.four_eyes) for one in settings] == [(False, False)] * 10
    assert await TrackerType.filter(organisation_id=southbank.id).count() == 0
    assert await Learner.filter(organisation_id=southbank.id).count() == 20
    assert await Learner.filter(tutor__email="tutor@southbank.example").count() == 10
    assert await Tracker.filter(organisation_id=southbank.id).count() == 30
    used: Any = await Tracker.filter(organisation_id=southbank.id).distinct().values_list("type__category", flat=True)
    assert set(used) == {TrackerCategory.EMPLOYABILITY, TrackerCategory.FUNDED}


async def test_nothing_is_shared(database: str) -> None:
    await fill_demo()
    crossing = await fetch("""
        SELECT count(*) FILTER (WHERE l.organisation_id <> t.organisation_id) AS learners,
          count(*) FILTER (WHERE c.organisation_id <> t.organisation_id) AS creators,
          count(*) FILTER (WHERE a.organisation_id <> t.organisation_id) AS assignees,
          count(*) FILTER (WHERE k.organisation_id <> t.organisation_id) AS types
        FROM tracker t JOIN learner l ON l.id = t.learner_id JOIN member c ON c.id = t.created_by_id
        LEFT JOIN member a ON a.id = t.assignee_id JOIN tracker_type k ON k.id = t.type_id""")
    assert dict(crossing[0]) == {"learners": 0, "creators": 0, "assignees": 0, "types": 0}
    crossing = await fetch("""
        SELECT count(*) FILTER (WHERE e.organisation_id <> l.organisation_id) AS employers,
          count(*) FILTER (WHERE p.organisation_id <> l.organisation_id) AS programmes,
          count(*) FILTER (WHERE t.organisation_id <> l.organisation_id) AS tutors,
          count(*) FILTER (WHERE g.organisation_id <> l.organisation_id) AS groups
        FROM learner l JOIN employer e ON e.id = l.employer_id JOIN programme p ON p.id = l.programme_id
        LEFT JOIN member t ON t.id = l.tutor_id LEFT JOIN learner_in_group i ON i.learner_id = l.id
        LEFT JOIN learner_group g ON g.id = i.group_id""")
    assert dict(crossing[0]) == {"employers": 0, "programmes": 0, "tutors": 0, "groups": 0}
    for column in ("uln", "reference"):
        assert len(set(await Learner.all().values_list(column, flat=True))) == 111
    names = await Learner.all().values_list("given_names", "family_name")
    assert len(set(names)) == 111


async def test_any_other_database_is_refused(database: str) -> None:
    await add_organisation("Ours")
    with pytest.raises(NotEmpty):
        await fill_demo()
    assert [one.name for one in await Organisation.all()] == ["Ours"]
    assert await Member.all().count() == 0


async def test_built_in_types_come_with_it(database: str) -> None:
    await TrackerTypeVersion.all().delete()
    await TrackerType.all().delete()
    await fill_demo()
    assert await TrackerType.filter(organisation_id=None).count() == 17


async def test_of_two_fillings_at_once_one_is_refused(database: str) -> None:
    answers = await asyncio.gather(fill_demo(), fill_demo(), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "NotEmpty"]
    assert await Organisation.all().count() == 2


async def test_a_failure_on_the_way_leaves_nothing(database: str) -> None:
    await fetch("ALTER TABLE notification ADD CONSTRAINT broken CHECK (cursor < 5)")
    with pytest.raises(Exception, match="broken") as caught:
        await fill_demo()
    assert isinstance(caught.value.__cause__ or caught.value, asyncpg.CheckViolationError)
    for model in (Organisation, Member, Learner, Tracker):
        assert await model.all().count() == 0
    assert await TrackerType.filter(key="SAFEGUARDING").count() == 0
    await fetch("ALTER TABLE notification DROP CONSTRAINT broken")
    await fill_demo()
    assert await Tracker.all().count() == 230


async def test_it_is_the_same_each_time(database: str) -> None:
    now = dt.datetime.now(dt.UTC)
    await fill_demo(now=now)
    first = await snapshot()
    for append_only in ("tracker_event", "audit_entry"):
        await fetch(f"ALTER TABLE {append_only} DISABLE TRIGGER USER")
    await fetch("TRUNCATE organisation, member, tracker_type CASCADE")
    await fill_demo(now=now)
    assert await snapshot() == first
    assert await Mail.all().count() == 0
