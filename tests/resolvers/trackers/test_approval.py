"""Tests of approving and rejecting process automations: roles, the four-eyes rule, and the effects."""

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
    update_and_get_errors,
    update_and_get_event,
    update_successfully,
)
from tests.support.scenarios.college import College, college, date_value, enable_automations, problem, text_value

UNCHANGED_ON_APPROVAL = "stays as it is: approving changes nothing else."
FOUR_EYES_ERROR = problem(
    "status", "FORBIDDEN", "It must be approved by somebody who neither created it nor last changed one of its values."
)
ROLE_ERROR = problem("status", "FORBIDDEN", "This needs the role 'Edit process automation trackers'.")


async def learner_address(tenant: College) -> tuple[Any, ...]:
    learner = await Learner.get(id=tenant.learner.id)
    return learner.postcode, learner.address_line1


async def test_approval_applies_the_changes_and_notifies_members(database: str) -> None:
    tenant = await college()
    tracker, eve = await new_address_tracker(tenant, assigneeId=gid(tenant.bob)), await make_approver(tenant)
    approved = await update_successfully(eve, tracker, status="APPROVED", comment="Seen the letter.")
    assert (approved["status"], approved["version"]) == ("RESOLVED", 3)
    assert await learner_address(tenant) == ("SW1A 1AA", "1 High Street")
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


async def test_an_approval_cannot_change_other_fields(database: str) -> None:
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
    assert await update_and_get_errors(eve, tracker, **entry) == [
        problem("assigneeId", "IMMUTABLE", f"The assignee {UNCHANGED_ON_APPROVAL}"),
        problem("description", "IMMUTABLE", f"The description {UNCHANGED_ON_APPROVAL}"),
        problem("dueDate", "IMMUTABLE", f"The due date {UNCHANGED_ON_APPROVAL}"),
        problem("values.county", "IMMUTABLE", f"'County' {UNCHANGED_ON_APPROVAL}"),
    ]
    same = {"assigneeId": None, "description": "", "dueDate": None, "values": ADDRESS}
    assert (await update_successfully(eve, tracker, status="APPROVED", **same))["status"] == "RESOLVED"


async def test_approving_and_rejecting_need_the_role(database: str) -> None:
    tenant = await college()
    tracker = await new_address_tracker(tenant)
    for member in (tenant.ada, tenant.bob, tenant.tina):
        assert await update_and_get_errors(member, tracker, status="APPROVED") == [ROLE_ERROR]
        assert await update_and_get_errors(member, tracker, status="REJECTED") == [
            ROLE_ERROR,
            problem("comment", "REQUIRED", "Say why it becomes 'Rejected'."),
        ]


async def test_rejecting_needs_a_comment(database: str) -> None:
    tenant = await college()
    tracker, eve = await new_address_tracker(tenant), await make_approver(tenant)
    for comment in (None, "", " \n "):
        assert await update_and_get_errors(eve, tracker, status="REJECTED", comment=comment) == [
            problem("comment", "REQUIRED", "Say why it becomes 'Rejected'.")
        ]
    event = await update_and_get_event(eve, tracker, status="REJECTED", comment="No proof.")
    assert (event["kind"], event["comment"]) == ("STATUS_CHANGED", "No proof.")
    message = "No step leads from 'Rejected' to 'New'."
    assert await update_and_get_errors(eve, tracker, status="NEW") == [
        problem("status", "STATUS_NOT_ALLOWED", message, allowed="")
    ]


async def test_with_four_eyes_neither_the_creator_nor_the_last_editor_can_approve(database: str) -> None:
    tenant = await college(automations=False)
    await enable_automations(tenant.organisation, four_eyes=True)
    roles = (Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS, EDIT_ROLE)
    creator = await make.member(tenant.organisation, roles=roles)
    eve, finn = await make_approver(tenant), await make_approver(tenant, "Finn")
    tracker = await new_tracker(tenant, creator=creator, type="CHANGE_OF_ADDRESS", values=ADDRESS)
    assert await update_and_get_errors(creator, tracker, status="APPROVED") == [FOUR_EYES_ERROR]
    await update_successfully(eve, tracker, values=[text_value("county", "Kent")])
    assert await update_and_get_errors(eve, tracker, status="APPROVED") == [FOUR_EYES_ERROR]
    assert await update_and_get_errors(creator, tracker, status="APPROVED") == [FOUR_EYES_ERROR]
    # A member may approve unless they created the tracker or made the latest change of a value.
    await update_successfully(finn, tracker, description="Looked at it")
    transitions = "query ($id: ID!) { tracker(id: $id) { transitions { to viewerCanTake } } }"
    for member, may_approve in ((creator, False), (eve, False), (finn, True)):
        steps = (await data(member, transitions, id=gid(tracker)))["tracker"]["transitions"]
        assert [step["viewerCanTake"] for step in steps if step["to"] == "APPROVED"] == [may_approve]
    assert (await update_successfully(finn, tracker, status="APPROVED"))["status"] == "RESOLVED"


async def test_without_four_eyes_the_creator_can_approve(database: str) -> None:
    tenant = await college()
    roles = (Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS, EDIT_ROLE)
    creator = await make.member(tenant.organisation, roles=roles)
    tracker = await new_tracker(tenant, creator=creator, type="CHANGE_OF_ADDRESS", values=ADDRESS)
    assert (await update_successfully(creator, tracker, status="APPROVED"))["status"] == "RESOLVED"


async def test_concurrent_approvals_apply_the_changes_once(database: str) -> None:
    tenant = await college()
    eve, finn = await make_approver(tenant), await make_approver(tenant, "Finn")
    for _ in range(3):
        tracker = await new_address_tracker(tenant)
        payloads = await asyncio.gather(
            *(update(member, tracker, version=1, status="APPROVED") for member in (eve, finn))
        )
        winner, loser = sorted(payloads, key=lambda payload: len(payload["errors"]))
        assert (winner["errors"], winner["tracker"]["status"]) == ([], "RESOLVED")
        assert [(error["path"], error["code"]) for error in loser["errors"]] == [(["version"], "CONFLICT")]
        assert [row.kind for row in await TrackerEvent.filter(tracker=tracker).order_by("at", "id")] == [
            "CREATED",
            "STATUS_CHANGED",
            "APPLIED",
        ]


async def test_approval_checks_the_precondition_and_required_fields(database: str) -> None:
    tenant = await college()
    values = [text_value("givenNames", "Jo"), text_value("familyName", "Bloggs")]
    tracker = await new_tracker(tenant, type="CHANGE_OF_NAME", values=values)
    await Learner.filter(id=tenant.learner.id).update(programme_status="WITHDRAWN")
    eve = await make_approver(tenant)
    allowed = "ONBOARDING, READY_TO_ENROL, ACTIVE, ON_A_BREAK, ENTERED_EPA"
    message = (
        "The learner's programme status is 'Withdrawn'. It must be one of 'Onboarding', 'Ready to enrol', 'Active', "
        "'On a break', 'Entered assessment (EPA)'."
    )
    assert await update_and_get_errors(eve, tracker, status="APPROVED") == [
        problem(
            "values.supportingDocument", "REQUIRED", "'Supporting document' is required for the status 'Approved'."
        ),
        problem("learnerId", "PRECONDITION_FAILED", message, allowed=allowed),
    ]
    # An edit is not checked against the precondition.
    assert (await update_successfully(tenant.ada, tracker, values=[text_value("familyName", "Blogs")]))["version"] == 2


async def test_only_the_system_resolves_an_automation(database: str) -> None:
    tenant = await college()
    tracker, eve = await new_address_tracker(tenant), await make_approver(tenant)
    await fetch("UPDATE tracker SET status = 'APPROVED'")
    message = "It becomes 'Resolved' when it is applied to the learner's record."
    assert await update_and_get_errors(eve, tracker, status="RESOLVED") == [problem("status", "FORBIDDEN", message)]
    assert await update_and_get_errors(eve, tracker, status="CLOSED") == [
        problem(
            "status", "STATUS_NOT_ALLOWED", "No step leads from 'Approved' to 'Closed'.", allowed="APPROVED, REJECTED"
        )
    ]


async def test_a_scheduled_automation_can_be_rejected_or_applied_again(database: str) -> None:
    tenant = await college()
    eve = await make_approver(tenant)
    scheduled = await new_tracker(
        tenant, type="CHANGE_OF_ADDRESS", values=[*ADDRESS, date_value("effectiveDate", "2099-01-01")]
    )
    approved = await update_successfully(eve, scheduled, status="APPROVED")
    assert (approved["status"], approved["version"]) == ("APPROVED", 2)
    assert str((await Tracker.get(id=scheduled.id)).applies_on) == "2099-01-01"
    assert await update_and_get_errors(eve, scheduled, status="REJECTED") == [
        problem("comment", "REQUIRED", "Say why it becomes 'Rejected'.")
    ]
    assert (await update_successfully(eve, scheduled, status="REJECTED", comment="They stayed."))[
        "status"
    ] == "REJECTED"
    assert (await Tracker.get(id=scheduled.id)).applies_on is None
    failed = await new_address_tracker(tenant)
    await Tracker.filter(id=failed.id).update(status="APPROVED")
    assert await update_and_get_errors(tenant.ada, failed, status="APPROVED") == [ROLE_ERROR]
    assert (await update_successfully(eve, failed, status="APPROVED", comment="Again"))["status"] == "RESOLVED"
    kinds = await TrackerEvent.filter(tracker=failed).order_by("at", "id").values_list("kind", "comment")
    assert kinds == [("CREATED", None), ("UPDATED", "Again"), ("APPLIED", None)]
    assert await learner_address(tenant) == ("SW1A 1AA", "1 High Street")


async def test_only_the_creator_can_close_an_automation_even_without_roles(database: str) -> None:
    tenant = await college()
    tracker = await new_address_tracker(tenant)
    member_with_all_roles = await make.member(tenant.organisation, roles=list(Role))
    assert await update_and_get_errors(member_with_all_roles, tracker, status="CLOSED") == [
        problem("status", "FORBIDDEN", "Only its creator can take it back.")
    ]
    await Member.filter(id=tenant.ada.id).update(roles=[])
    closed = await update_successfully(await Member.get(id=tenant.ada.id), tracker, status="CLOSED")
    assert (closed["status"], closed["version"]) == ("CLOSED", 2)
