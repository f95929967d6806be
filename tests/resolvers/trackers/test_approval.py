"""Approving and rejecting process automations: who may, four eyes, and what follows."""

import asyncio
from typing import Any

from models import Learner, Member, Role, Tracker, TrackerEvent
from models.database import fetch
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.clients.tracker_updates import (
    ADDRESS,
    EDIT,
    address,
    approver,
    change,
    event,
    new_tracker,
    notified_kinds,
    refused,
    update,
    updated,
)
from tests.support.scenarios.college import College, college, day, enable_automations, problem, text

ONLY_APPROVES = "stays as it is: approving changes nothing else."
OTHER_EYES = problem(
    "status", "FORBIDDEN", "It must be approved by somebody who neither created it nor last changed one of its values."
)
NO_ROLE = problem("status", "FORBIDDEN", f"This needs the role {EDIT}.")


async def record(tenant: College) -> tuple[Any, ...]:
    learner = await Learner.get(id=tenant.learner.id)
    return learner.postcode, learner.address_line1


async def test_approving_applies_at_once_and_notifies(database: str) -> None:
    tenant = await college()
    tracker, eve = await address(tenant, assigneeId=gid(tenant.bob)), await approver(tenant)
    found = await updated(eve, tracker, status="APPROVED", comment="Seen the letter.")
    assert (found["status"], found["version"]) == ("RESOLVED", 3)
    assert await record(tenant) == ("SW1A 1AA", "1 High Street")
    rows = await TrackerEvent.filter(tracker=tracker).order_by("at", "id")
    assert [(row.kind, row.version, row.actor_id, row.comment) for row in rows] == [
        ("CREATED", 1, tenant.ada.id, None),
        ("STATUS_CHANGED", 2, eve.id, "Seen the letter."),
        ("APPLIED", 3, None, None),
    ]
    assert rows[1].changes == [change("status", "Status", "New", "Approved")]
    assert await notified_kinds(tenant.ada, tenant.bob, eve) == {
        "Ada": ["STATUS_CHANGED", "APPLIED"],
        "Bob": ["ASSIGNED", "STATUS_CHANGED", "APPLIED"],
        "Eve": [],
    }


async def test_approving_can_change_nothing_else(database: str) -> None:
    tenant = await college()
    tracker, eve = await address(tenant), await approver(tenant)
    entry = {
        "status": "APPROVED",
        "assigneeId": gid(eve),
        "description": "x",
        "dueDate": "2099-01-01",
        "values": [text("county", "Kent"), *ADDRESS],
        "comment": "Why not",
    }
    assert await refused(eve, tracker, **entry) == [
        problem("assigneeId", "IMMUTABLE", f"The assignee {ONLY_APPROVES}"),
        problem("description", "IMMUTABLE", f"The description {ONLY_APPROVES}"),
        problem("dueDate", "IMMUTABLE", f"The due date {ONLY_APPROVES}"),
        problem("values.county", "IMMUTABLE", f"County {ONLY_APPROVES}"),
    ]
    same = {"assigneeId": None, "description": "", "dueDate": None, "values": ADDRESS}
    assert (await updated(eve, tracker, status="APPROVED", **same))["status"] == "RESOLVED"


async def test_approving_and_rejecting_need_the_role(database: str) -> None:
    tenant = await college()
    tracker = await address(tenant)
    for member in (tenant.ada, tenant.bob, tenant.tina):
        assert await refused(member, tracker, status="APPROVED") == [NO_ROLE]
        assert await refused(member, tracker, status="REJECTED") == [
            NO_ROLE,
            problem("comment", "REQUIRED", "Say why it becomes Rejected."),
        ]


async def test_rejecting_needs_a_comment(database: str) -> None:
    tenant = await college()
    tracker, eve = await address(tenant), await approver(tenant)
    for comment in (None, "", " \n "):
        assert await refused(eve, tracker, status="REJECTED", comment=comment) == [
            problem("comment", "REQUIRED", "Say why it becomes Rejected.")
        ]
    found = await event(eve, tracker, status="REJECTED", comment="No proof.")
    assert (found["kind"], found["comment"]) == ("STATUS_CHANGED", "No proof.")
    message = "No step leads from Rejected to New."
    assert await refused(eve, tracker, status="NEW") == [problem("status", "STATUS_NOT_ALLOWED", message, allowed="")]


async def test_with_four_eyes_neither_creator_nor_last_editor_can_approve(database: str) -> None:
    tenant = await college(automations=False)
    await enable_automations(tenant.organisation, four_eyes=True)
    both = (Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS, EDIT)
    maker = await make.member(tenant.organisation, roles=both)
    eve, finn = await approver(tenant), await approver(tenant, "Finn")
    tracker = await new_tracker(tenant, by=maker, type="CHANGE_OF_ADDRESS", values=ADDRESS)
    assert await refused(maker, tracker, status="APPROVED") == [OTHER_EYES]
    await updated(eve, tracker, values=[text("county", "Kent")])
    assert await refused(eve, tracker, status="APPROVED") == [OTHER_EYES]
    assert await refused(maker, tracker, status="APPROVED") == [OTHER_EYES]
    # Who changes no value stays another pair of eyes, and so does who changed one before somebody else did.
    await updated(finn, tracker, description="Looked at it")
    steps = "query ($id: ID!) { tracker(id: $id) { transitions { to viewerCanTake } } }"
    for member, may in ((maker, False), (eve, False), (finn, True)):
        found = (await data(member, steps, id=gid(tracker)))["tracker"]["transitions"]
        assert [one["viewerCanTake"] for one in found if one["to"] == "APPROVED"] == [may]
    assert (await updated(finn, tracker, status="APPROVED"))["status"] == "RESOLVED"


async def test_without_four_eyes_the_creator_can_approve(database: str) -> None:
    tenant = await college()
    both = (Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS, EDIT)
    maker = await make.member(tenant.organisation, roles=both)
    tracker = await new_tracker(tenant, by=maker, type="CHANGE_OF_ADDRESS", values=ADDRESS)
    assert (await updated(maker, tracker, status="APPROVED"))["status"] == "RESOLVED"


async def test_concurrent_approvals_apply_once(database: str) -> None:
    tenant = await college()
    eve, finn = await approver(tenant), await approver(tenant, "Finn")
    for _ in range(3):
        tracker = await address(tenant)
        both = await asyncio.gather(*(update(one, tracker, version=1, status="APPROVED") for one in (eve, finn)))
        winner, loser = sorted(both, key=lambda payload: len(payload["errors"]))
        assert (winner["errors"], winner["tracker"]["status"]) == ([], "RESOLVED")
        assert [(one["path"], one["code"]) for one in loser["errors"]] == [(["version"], "CONFLICT")]
        assert [row.kind for row in await TrackerEvent.filter(tracker=tracker).order_by("at", "id")] == [
            "CREATED",
            "STATUS_CHANGED",
            "APPLIED",
        ]


async def test_approval_checks_precondition_ilr_rules_and_required_fields(database: str) -> None:
    tenant = await college()
    values = [text("givenNames", "Jo"), text("familyName", "Bloggs")]
    tracker = await new_tracker(tenant, type="CHANGE_OF_NAME", values=values)
    await Learner.filter(id=tenant.learner.id).update(programme_status="WITHDRAWN")
    eve = await approver(tenant)
    allowed = "ONBOARDING, READY_TO_ENROL, ACTIVE, ON_A_BREAK, ENTERED_EPA"
    message = f"The learner's programme status is WITHDRAWN; this needs one of: {allowed}."
    assert await refused(eve, tracker, status="APPROVED") == [
        problem("values.supportingDocument", "REQUIRED", "Supporting document is required for the status Approved."),
        problem("learnerId", "PRECONDITION_FAILED", message, allowed=allowed),
    ]
    # What is only edited is not held against the record.
    assert (await updated(tenant.ada, tracker, values=[text("familyName", "Blogs")]))["version"] == 2


async def test_only_the_system_resolves_an_automation(database: str) -> None:
    tenant = await college()
    tracker, eve = await address(tenant), await approver(tenant)
    await fetch("UPDATE tracker SET status = 'APPROVED'")
    message = "It becomes Resolved when it is applied to the learner's record."
    assert await refused(eve, tracker, status="RESOLVED") == [problem("status", "FORBIDDEN", message)]
    assert await refused(eve, tracker, status="CLOSED") == [
        problem("status", "STATUS_NOT_ALLOWED", "No step leads from Approved to Closed.", allowed="APPROVED, REJECTED")
    ]


async def test_a_scheduled_automation_can_be_rejected_or_applied_again(database: str) -> None:
    tenant = await college()
    eve = await approver(tenant)
    waiting = await new_tracker(tenant, type="CHANGE_OF_ADDRESS", values=[*ADDRESS, day("effectiveDate", "2099-01-01")])
    found = await updated(eve, waiting, status="APPROVED")
    assert (found["status"], found["version"]) == ("APPROVED", 2)
    assert str((await Tracker.get(id=waiting.id)).applies_on) == "2099-01-01"
    assert await refused(eve, waiting, status="REJECTED") == [
        problem("comment", "REQUIRED", "Say why it becomes Rejected.")
    ]
    assert (await updated(eve, waiting, status="REJECTED", comment="They stayed."))["status"] == "REJECTED"
    assert (await Tracker.get(id=waiting.id)).applies_on is None
    failed = await address(tenant)
    await Tracker.filter(id=failed.id).update(status="APPROVED")
    assert await refused(tenant.ada, failed, status="APPROVED") == [NO_ROLE]
    assert (await updated(eve, failed, status="APPROVED", comment="Again"))["status"] == "RESOLVED"
    kinds = await TrackerEvent.filter(tracker=failed).order_by("at", "id").values_list("kind", "comment")
    assert kinds == [("CREATED", None), ("UPDATED", "Again"), ("APPLIED", None)]
    assert await record(tenant) == ("SW1A 1AA", "1 High Street")


async def test_only_the_creator_can_close_it_even_without_roles(database: str) -> None:
    tenant = await college()
    tracker = await address(tenant)
    everything = await make.member(tenant.organisation, roles=list(Role))
    assert await refused(everything, tracker, status="CLOSED") == [
        problem("status", "FORBIDDEN", "Only its creator can take it back.")
    ]
    await Member.filter(id=tenant.ada.id).update(roles=[])
    found = await updated(await Member.get(id=tenant.ada.id), tracker, status="CLOSED")
    assert (found["status"], found["version"]) == ("CLOSED", 2)
