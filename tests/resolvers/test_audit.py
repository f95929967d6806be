"""``auditEvents`` and ``learnerReads``: filters, pages, readable details, and who may see them."""

import datetime as dt
from typing import Any

import pytest

from models import AuditKind, Member, MemberKind, Organisation, Role
from services.kernel.dates import today
from services.kernel.global_ids import to_global_id
from tests.support import factories as make
from tests.support.clients.graphql import ask, data, gid
from tests.support.scenarios.college import Json

EVENTS = """
query ($filter: AuditFilter, $first: Int, $after: String, $last: Int, $before: String) {
  auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id at kind actor { name } objectId object { __typename id } details { name before after } }
  }
}
"""
READS = """
query ($filter: LearnerReadFilter, $first: Int, $after: String) {
  learnerReads(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id member { name } learner { reference } day at }
  }
}
"""
NOON = dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC)


async def auditor(organisation: Organisation | None = None, **columns: Any) -> Member:
    return await make.member(organisation, **{"name": "Una", "roles": [Role.MANAGE_SETTINGS]} | columns)


async def kinds(member: Member, **filter_by: Any) -> list[str]:
    return [node["kind"] for node in (await data(member, EVENTS, filter=filter_by))["auditEvents"]["nodes"]]


async def test_an_event_says_who_did_what_to_what(database: str) -> None:
    una = await auditor()
    organisation = await una.organisation
    employer = await make.employer(organisation)
    before = {"name": "Tim", "roles": ["CREATE_TRACKERS"], "active": True, "kind": "TUTOR"}
    after = before | {"roles": ["CREATE_TRACKERS", "MANAGE_MEMBERS"], "active": False}
    changed = await make.audit_entry(
        organisation, kind=AuditKind.MEMBER_UPDATED, actor=una, subject_id=una.id, at=NOON,
        details={"before": before, "after": after},
    )  # fmt: skip
    created = await make.audit_entry(
        organisation, kind=AuditKind.EMPLOYER_CREATED, subject_id=employer.id, at=NOON + dt.timedelta(seconds=1),
        details={"name": "Acme", "employer_id": None, "numbers": [1, 2]},
    )  # fmt: skip

    assert (await data(una, EVENTS))["auditEvents"] == {
        "totalCount": 2,
        "pageInfo": {
            "hasNextPage": False,
            "endCursor": (await data(una, EVENTS))["auditEvents"]["pageInfo"]["endCursor"],
        },
        "nodes": [
            {
                "id": to_global_id("AuditEvent", created.id),
                "at": "2026-06-10T12:00:01+00:00",
                "kind": "EMPLOYER_CREATED",
                "actor": None,
                "objectId": gid(employer),
                "object": {"__typename": "Employer", "id": gid(employer)},
                "details": [
                    {"name": "name", "before": None, "after": "Acme"},
                    {"name": "numbers", "before": None, "after": "[1,2]"},
                    {"name": "employer_id", "before": None, "after": None},
                ],
            },
            {
                "id": to_global_id("AuditEvent", changed.id),
                "at": "2026-06-10T12:00:00+00:00",
                "kind": "MEMBER_UPDATED",
                "actor": {"name": "Una"},
                "objectId": gid(una),
                "object": {"__typename": "Member", "id": gid(una)},
                "details": [
                    {"name": "roles", "before": "CREATE_TRACKERS", "after": "CREATE_TRACKERS, MANAGE_MEMBERS"},
                    {"name": "active", "before": "true", "after": "false"},
                ],
            },
        ],
    }


async def test_the_object_of_each_kind_of_event_has_its_type(database: str) -> None:
    una = await auditor()
    organisation = await una.organisation
    type_ = await make.tracker_type(organisation)
    await make.audit_entry(organisation, kind=AuditKind.TYPE_UPDATED, subject_id=type_.id)
    await make.audit_entry(organisation, kind=AuditKind.AUTOMATION_UPDATED, subject_id=type_.id)
    await make.audit_entry(organisation, kind=AuditKind.IMPORTED)
    nodes = (await data(una, EVENTS))["auditEvents"]["nodes"]
    assert [(node["kind"], node["objectId"], node["object"]) for node in nodes] == [
        ("IMPORTED", None, None),
        ("AUTOMATION_UPDATED", to_global_id("ProcessAutomation", type_.id), None),  # no longer there
        ("TYPE_UPDATED", gid(type_), {"__typename": "TrackerType", "id": gid(type_)}),
    ]


async def test_events_are_filtered_by_member_kind_object_and_day(database: str) -> None:
    una = await auditor()
    organisation = await una.organisation
    tim = await make.member(organisation, name="Tim")
    # 23:30 in London, which is on summer time, and half past midnight of the next day.
    late, early = (dt.datetime(2026, 6, 10, hour, 30, tzinfo=dt.UTC) for hour in (22, 23))
    for kind, actor, subject, at in (
        (AuditKind.MEMBER_CREATED, una, tim, late),
        (AuditKind.MEMBER_UPDATED, tim, una, early),
        (AuditKind.SIGNED_IN, tim, tim, early),
        (AuditKind.IMPORTED, None, None, NOON - dt.timedelta(days=9)),
    ):
        await make.audit_entry(organisation, kind=kind, actor=actor, subject_id=subject and subject.id, at=at)

    assert await kinds(una) == ["SIGNED_IN", "MEMBER_UPDATED", "MEMBER_CREATED", "IMPORTED"]
    for filter_by, expected in (
        ({"memberId": [gid(tim)]}, ["SIGNED_IN", "MEMBER_UPDATED"]),
        ({"memberId": [gid(tim), gid(una)], "objectId": [gid(tim)]}, ["SIGNED_IN", "MEMBER_CREATED"]),
        ({"kind": ["MEMBER_CREATED", "IMPORTED"]}, ["MEMBER_CREATED", "IMPORTED"]),
        ({"objectId": [gid(una)]}, ["MEMBER_UPDATED"]),
        ({"at": {"from": "2026-06-11"}}, ["SIGNED_IN", "MEMBER_UPDATED"]),
        ({"at": {"from": "2026-06-10", "to": "2026-06-10"}}, ["MEMBER_CREATED"]),
        ({"at": {"to": "2026-06-10"}}, ["MEMBER_CREATED", "IMPORTED"]),
        ({"memberId": [], "kind": [], "objectId": None}, ["SIGNED_IN", "MEMBER_UPDATED", "MEMBER_CREATED", "IMPORTED"]),
        ({"memberId": [gid(organisation)]}, []),  # of another type
    ):
        assert await kinds(una, **filter_by) == expected, filter_by
    refused = await ask(una, EVENTS, filter={"at": {"from": "2026-06-11", "to": "2026-06-10"}})
    assert [error["extensions"] | {"requestId": 0} for error in refused["errors"]] == [
        {"code": "BAD_USER_INPUT", "path": ["filter", "at"], "requestId": 0}
    ]


async def test_pages_forwards_and_backwards_are_whole(database: str) -> None:
    una = await auditor()
    organisation = await una.organisation
    entries = [await make.audit_entry(organisation, at=NOON) for _ in range(5)]  # at once
    newest_first = [to_global_id("AuditEvent", entry.id) for entry in sorted(entries, key=lambda entry: entry.id)][::-1]
    seen, after = [], None
    for _ in range(3):
        page = (await data(una, EVENTS, first=2, after=after))["auditEvents"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert (seen, page["pageInfo"]["hasNextPage"], page["totalCount"]) == (newest_first, False, 5)
    assert [node["id"] for node in (await data(una, EVENTS, last=2))["auditEvents"]["nodes"]] == newest_first[3:]


@pytest.mark.parametrize(("document", "field"), [(EVENTS, "auditEvents"), (READS, "learnerReads")])
async def test_only_members_with_manage_settings_see_it(database: str, document: str, field: str) -> None:
    organisation = await make.organisation()
    una = await auditor(await make.organisation())
    learner = await make.learner(organisation)
    bob = await make.member(organisation, roles=[role for role in Role if role != Role.MANAGE_SETTINGS])
    await make.audit_entry(organisation)
    await make.learner_read(learner, bob)
    answer = await ask(bob, document)
    assert (answer["data"], [error["extensions"]["code"] for error in answer["errors"]]) == (
        {field: None},
        ["FORBIDDEN"],
    )
    # Those of another organisation are not there.
    assert (await data(una, document))[field]["totalCount"] == 0
    assert (await data(una, document, filter={"memberId": [gid(bob)]}))[field]["nodes"] == []
    tutor = await auditor(organisation, kind=MemberKind.TUTOR)
    assert (await data(tutor, document))[field]["totalCount"] == 1


async def test_reads_are_filtered_by_member_learner_and_day(database: str) -> None:
    una = await auditor()
    organisation = await una.organisation
    lea, lou = [await make.learner(organisation, reference=name) for name in ("LEA", "LOU")]
    tim = await make.member(organisation, name="Tim")
    days = [today() - dt.timedelta(days=number) for number in (0, 1, 2)]
    for member, learner, day in ((tim, lea, days[2]), (una, lea, days[1]), (tim, lou, days[0])):
        at = dt.datetime.combine(day, dt.time(9), dt.UTC)
        await make.learner_read(learner, member, day=day, at=at)

    async def reads(**filter_by: Any) -> list[tuple[str, str, str]]:
        nodes: list[Json] = (await data(una, READS, filter=filter_by))["learnerReads"]["nodes"]
        return [(node["member"]["name"], node["learner"]["reference"], node["day"]) for node in nodes]

    newest, middle, oldest = (
        ("Tim", "LOU", days[0].isoformat()), ("Una", "LEA", days[1].isoformat()), ("Tim", "LEA", days[2].isoformat())
    )  # fmt: skip
    assert await reads() == [newest, middle, oldest]
    assert await reads(memberId=[gid(tim)]) == [newest, oldest]
    assert await reads(learnerId=[gid(lea)]) == [middle, oldest]
    assert await reads(day={"from": days[1].isoformat(), "to": days[1].isoformat()}) == [middle]


async def test_a_tutor_who_audits_does_not_see_others_learners(database: str) -> None:
    una = await auditor(kind=MemberKind.TUTOR)
    learner = await make.learner(await una.organisation)
    await make.learner_read(learner, una)
    (node,) = (await data(una, READS))["learnerReads"]["nodes"]
    assert (node["member"], node["learner"]) == ({"name": "Una"}, None)
