"""Approving and rejecting process automations: who may, four eyes, and what follows."""

import asyncio
from typing import Any

from models import Learner, Member, Role, Tracker, TrackerEvent
from models.database import fetch
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.clients.tracker_updates import (
    ADDRESS,
    EDIT_ROLE,
    change,
    make_approver,
    new_address_tracker,
    new_tracker,
    notified_kinds,
    update,
    update_errors,
    update_event,
    update_ok,
)
from tests.support.scenarios.college import College, college, date_value, enable_automations, problem, text_value

ONLY_APPROVES = "stays as it is: approving changes nothing else."
OTHER_EYES = problem(
    "status", "FORBIDDEN", "It must be approved by somebody who neither created it nor last changed one of its values."
)
NO_ROLE = problem("status", "FORBIDDEN", f"This needs the role {EDIT_ROLE}.")


async def record(tenant: College) -> tuple[Any, ...]:
    learner = await Learner.get(id=tenant.learner.id)
    return learner.postcode, learner.address_line1


async def test_approving_applies_at_once_and_notifies(database: str) -> None:
    tenant = await college()
    tracker, eve = await new_address_tracker(tenant, assigneeId=gid(tenant.bob)), await make_approver(tenant)
    found = await update_ok(eve, tracker, status="APPROVED", comment="Seen the letter.")
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
    tracker, eve = await new_address_tracker(tenant), await make_approver(tenant)
    entry = {
        "status": "APPROVED",
        "assigneeId": gid(eve),
        "description": "x",
        "dueDate": "2099-01-01",
        "values": [text_value("county", "Kent"), *ADDRESS],
        "comment": "Why not",
    }
    assert await update_errors(eve, tracker, **entry) == [
        problem("assigneeId", "IMMUTABLE", f"The assignee {ONLY_APPROVES}"),
        problem("description", "IMMUTABLE", f"The description {ONLY_APPROVES}"),
        problem("dueDate", "IMMUTABLE", f"The due date {ONLY_APPROVES}"),
        problem("values.county", "IMMUTABLE", f"County {ONLY_APPROVES}"),
    ]
    same = {"assigneeId": None, "description": "", "dueDate": None, "values": ADDRESS}
    assert (await update_ok(eve, tracker, status="APPROVED", **same))["status"] == "RESOLVED"


async def test_approving_and_rejecting_need_the_role(database: str) -> None:
    tenant = await college()
    tracker = await new_address_tracker(tenant)
    for member in (tenant.ada, tenant.bob, tenant.tina):
        assert await update_errors(member, tracker, status="APPROVED") == [NO_ROLE]
        assert await update_errors(member, tracker, status="REJECTED") == [
            NO_ROLE,
            problem("comment", "REQUIRED", "Say why it becomes Rejected."),
        ]


async def test_rejecting_needs_a_comment(database: str) -> None:
    tenant = await college()
    tracker, eve = await new_address_tracker(tenant), await make_approver(tenant)
    for comment in (None, "", " \n "):
        assert await update_errors(eve, tracker, status="REJECTED", comment=comment) == [
            problem("comment", "REQUIRED", "Say why it becomes Rejected.")
        ]
    found = await update_event(eve, tracker, status="REJECTED", comment="No proof.")
    assert (found["kind"], found["comment"]) == ("STATUS_CHANGED", "No proof.")
    message = "No step leads from Rejected to New."
    assert await update_errors(eve, tracker, status="NEW") == [
        problem("status", "STATUS_NOT_ALLOWED", message, allowed="")
    ]


async def test_with_four_eyes_neither_creator_nor_last_editor_can_approve(database: str) -> None:
    tenant = await college(automations=False)
    await enable_automations(tenant.organisation, four_eyes=True)
    both = (Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS, EDIT_ROLE)
    maker = await make.member(tenant.organisation, roles=both)
    eve, finn = await make_approver(tenant), await make_approver(tenant, "Finn")
    tracker = await new_tracker(tenant, creator=maker, type="CHANGE_OF_ADDRESS", values=ADDRESS)
    assert await update_errors(maker, tracker, status="APPROVED") == [OTHER_EYES]
    await update_ok(eve, tracker, values=[text_value("county", "Kent")])
    assert await update_errors(eve, tracker, status="APPROVED") == [OTHER_EYES]
    assert await update_errors(maker, tracker, status="APPROVED") == [OTHER_EYES]
    # Who changes no value stays another pair of eyes, and so does who changed one before somebody else did.
    await update_ok(finn, tracker, description="Looked at it")
    steps = "query ($id: ID!) { tracker(id: $id) { transitions { to viewerCanTake } } }"
    for member, may in ((maker, False), (eve, False), (finn, True)):
        found = (await data(member, steps, id=gid(tracker)))["tracker"]["transitions"]
        assert [one["viewerCanTake"] for one in found if one["to"] == "APPROVED"] == [may]
    assert (await update_ok(finn, tracker, status="APPROVED"))["status"] == "RESOLVED"


async def test_without_four_eyes_the_creator_can_approve(database: str) -> None:
    tenant = await college()
    both = (Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS, EDIT_ROLE)
    maker = await make.member(tenant.organisation, roles=both)
    tracker = await new_tracker(tenant, creator=maker, type="CHANGE_OF_ADDRESS", values=ADDRESS)
    assert (await update_ok(maker, tracker, status="APPROVED"))["status"] == "RESOLVED"


async def test_concurrent_approvals_apply_once(database: str) -> None:
    tenant = await college()
    eve, finn = await make_approver(tenant), await make_approver(tenant, "Finn")
    for _ in range(3):
        tracker = await new_address_tracker(tenant)
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
    values = [text_value("givenNames", "Jo"), text_value("familyName", "Bloggs")]
    tracker = await new_tracker(tenant, type="CHANGE_OF_NAME", values=values)
    await Learner.filter(id=tenant.learner.id).update(programme_status="WITHDRAWN")
    eve = await make_approver(tenant)
    allowed = "ONBOARDING, READY_TO_ENROL, ACTIVE, ON_A_BREAK, ENTERED_EPA"
    message = f"The learner's programme status is WITHDRAWN; this needs one of: {allowed}."
    assert await update_errors(eve, tracker, status="APPROVED") == [
        problem("values.supportingDocument", "REQUIRED", "Supporting document is required for the status Approved."),
        problem("learnerId", "PRECONDITION_FAILED", message, allowed=allowed),
    ]
    # What is only edited is not held against the record.
    assert (await update_ok(tenant.ada, tracker, values=[text_value("familyName", "Blogs")]))["version"] == 2


async def test_only_the_system_resolves_an_automation(database: str) -> None:
    tenant = await college()
    tracker, eve = await new_address_tracker(tenant), await make_approver(tenant)
    await fetch("UPDATE tracker SET status = 'APPROVED'")
    message = "It becomes Resolved when it is applied to the learner's record."
    assert await update_errors(eve, tracker, status="RESOLVED") == [problem("status", "FORBIDDEN", message)]
    assert await update_errors(eve, tracker, status="CLOSED") == [
        problem("status", "STATUS_NOT_ALLOWED", "No step leads from Approved to Closed.", allowed="APPROVED, REJECTED")
    ]


async def test_a_scheduled_automation_can_be_rejected_or_applied_again(database: str) -> None:
    tenant = await college()
    eve = await make_approver(tenant)
    waiting = await new_tracker(
        tenant, type="CHANGE_OF_ADDRESS", values=[*ADDRESS, date_value("effectiveDate", "2099-01-01")]
    )
    found = await update_ok(eve, waiting, status="APPROVED")
    assert (found["status"], found["version"]) == ("APPROVED", 2)
    assert str((await Tracker.get(id=waiting.id)).applies_on) == "2099-01-01"
    assert await update_errors(eve, waiting, status="REJECTED") == [
        problem("comment", "REQUIRED", "Say why it becomes Rejected.")
    ]
    assert (await update_ok(eve, waiting, status="REJECTED", comment="They stayed."))["status"] == "REJECTED"
    assert (await Tracker.get(id=waiting.id)).applies_on is None
    failed = await new_address_tracker(tenant)
    await Tracker.filter(id=failed.id).update(status="APPROVED")
    assert await update_errors(tenant.ada, failed, status="APPROVED") == [NO_ROLE]
    assert (await update_ok(eve, failed, status="APPROVED", comment="Again"))["status"] == "RESOLVED"
    kinds = await TrackerEvent.filter(tracker=failed).order_by("at", "id").values_list("kind", "comment")
    assert kinds == [("CREATED", None), ("UPDATED", "Again"), ("APPLIED", None)]
    assert await record(tenant) == ("SW1A 1AA", "1 High Street")


async def test_only_the_creator_can_close_it_even_without_roles(database: str) -> None:
    tenant = await college()
    tracker = await new_address_tracker(tenant)
    everything = await make.member(tenant.organisation, roles=list(Role))
    assert await update_errors(everything, tracker, status="CLOSED") == [
        problem("status", "FORBIDDEN", "Only its creator can take it back.")
    ]
    await Member.filter(id=tenant.ada.id).update(roles=[])
    found = await update_ok(await Member.get(id=tenant.ada.id), tracker, status="CLOSED")
    assert (found["status"], found["version"]) == ("CLOSED", 2)
