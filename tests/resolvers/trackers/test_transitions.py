"""Tests of the transitions of types and trackers: what they require, and which members may take them."""

from itertools import product
from typing import Any

from models import Member, Role, Tracker, TrackerStatus, TrackerType
from models.database import fetch
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.scenarios.college import College, college, enable_automations

CREATE, CREATE_AUTOMATIONS, EDIT = list(Role)[:3]
TRANSITIONS = "transitions { from to requiredFields commentRequired viewerCanTake }"
TYPE_TRANSITIONS = f"query ($key: String!) {{ trackerType(key: $key) {{ {TRANSITIONS} }} }}"
TRACKER_TRANSITIONS = f"query ($id: ID!) {{ tracker(id: $id) {{ viewerCanEdit {TRANSITIONS} }} }}"

Transitions = dict[str, Any]


def transitions_by_name(transitions: list[dict[str, Any]]) -> Transitions:
    """Return the required fields of each transition, and whether the viewer may take it.

    The keys are like "NEW>CLOSED". A required comment is listed as "comment".
    """
    return {
        f"{transition['from']}>{transition['to']}": (
            [*transition["requiredFields"], *(["comment"] if transition["commentRequired"] else [])],
            transition["viewerCanTake"],
        )
        for transition in transitions
    }


async def type_transitions(member: Member, key: str) -> Transitions:
    return transitions_by_name((await data(member, TYPE_TRANSITIONS, key=key))["trackerType"]["transitions"])


async def tracker_transitions(member: Member, tracker: Tracker) -> tuple[bool, Transitions]:
    tracker_data = (await data(member, TRACKER_TRANSITIONS, id=gid(tracker)))["tracker"]
    return tracker_data["viewerCanEdit"], transitions_by_name(tracker_data["transitions"])


async def make_tracker(tenant: College, key: str, creator: Member, **columns: Any) -> Tracker:
    type_ = await TrackerType.get(key=key)
    return await make.tracker(tenant.organisation, type=type_, learner=tenant.learner, created_by=creator, **columns)


async def test_transitions_of_plain_types_need_no_role(database: str) -> None:
    tenant = await college()
    reader = await make.member(tenant.organisation, kind=tenant.tina.kind)
    end_fields = ["endDate", "endReason"]
    job = {
        "NEW>RESOLVED": ([], True),
        "NEW>REJECTED": ([], True),
        "NEW>CLOSED": (end_fields, True),
        "RESOLVED>CLOSED": (end_fields, True),
        "RESOLVED>NEW": ([], True),
        "REJECTED>NEW": ([], True),
        "REJECTED>CLOSED": (end_fields, True),
        "CLOSED>NEW": ([], True),
    }
    assert await type_transitions(reader, "JOB") == await type_transitions(tenant.ada, "JOB") == job
    assert (await type_transitions(reader, "COMPLIANCE"))["NEW>RESOLVED"] == (["evidence"], True)


async def test_transitions_of_automations_depend_on_roles(database: str) -> None:
    tenant = await college()
    for create, create_automations, edit in product((False, True), repeat=3):
        roles = [
            role for role, held in ((CREATE, create), (CREATE_AUTOMATIONS, create_automations), (EDIT, edit)) if held
        ]
        member = await make.member(tenant.organisation, roles=roles)
        assert await type_transitions(member, "CHANGE_OF_NAME") == {
            "NEW>APPROVED": (["supportingDocument"], edit),
            "NEW>REJECTED": (["comment"], edit),
            "NEW>CLOSED": ([], create and create_automations),
            "APPROVED>APPROVED": (["supportingDocument"], edit),
            "APPROVED>RESOLVED": ([], False),  # only the system takes it
            "APPROVED>REJECTED": (["comment"], edit),
        }, roles


async def test_transitions_of_a_plain_tracker(database: str) -> None:
    tenant = await college()
    tracker = await make_tracker(tenant, "JOB", tenant.ada)
    all_transitions = await type_transitions(tenant.bob, "JOB")
    for status in TrackerStatus:
        await fetch("UPDATE tracker SET status = $1", status.value)
        transitions = {name: details for name, details in all_transitions.items() if name.startswith(f"{status}>")}
        for member in (tenant.ada, tenant.bob, tenant.tina):
            assert await tracker_transitions(member, tracker) == (True, transitions)


async def test_transitions_of_an_automation_depend_on_the_viewer(database: str) -> None:
    tenant = await college()
    approver = await make.member(tenant.organisation, roles=[EDIT])
    creator = await make.member(tenant.organisation, roles=list(Role))
    tracker = await make_tracker(tenant, "CHANGE_OF_ADDRESS", creator)
    # Whether each member can edit, approve and close it. Its creator can close it whatever their roles are now.
    expected = {
        creator.id: (True, True, True),
        approver.id: (True, True, False),
        tenant.ada.id: (False, False, False),
        tenant.bob.id: (False, False, False),
        tenant.tina.id: (False, False, False),
    }
    for member in (creator, approver, tenant.ada, tenant.bob, tenant.tina):
        may_edit, may_approve, may_close = expected[member.id]
        transitions = {
            "NEW>APPROVED": ([], may_approve),
            "NEW>REJECTED": (["comment"], may_approve),
            "NEW>CLOSED": ([], may_close),
        }
        assert await tracker_transitions(member, tracker) == (may_edit, transitions)
    await Member.filter(id=creator.id).update(roles=[])
    can_edit, transitions = await tracker_transitions(await Member.get(id=creator.id), tracker)
    assert (can_edit, {name: can_take for name, (_, can_take) in transitions.items()}) == (
        True,
        {"NEW>APPROVED": False, "NEW>REJECTED": False, "NEW>CLOSED": True},
    )


async def test_with_four_eyes_the_creator_cannot_approve(database: str) -> None:
    tenant = await college(automations=False)
    await enable_automations(tenant.organisation, four_eyes=True)
    creator, other = [await make.member(tenant.organisation, roles=list(Role)) for _ in range(2)]
    tracker = await make_tracker(tenant, "CHANGE_OF_ADDRESS", creator)
    allowed = {"NEW>APPROVED": ([], True), "NEW>REJECTED": (["comment"], True), "NEW>CLOSED": ([], False)}
    assert await tracker_transitions(other, tracker) == (True, allowed)
    allowed_to_creator = allowed | {"NEW>APPROVED": ([], False), "NEW>CLOSED": ([], True)}
    assert await tracker_transitions(creator, tracker) == (True, allowed_to_creator)
    # The transitions of the type depend on roles only.
    assert (await type_transitions(creator, "CHANGE_OF_ADDRESS"))["NEW>APPROVED"] == ([], True)


async def test_an_approved_automation_is_immutable(database: str) -> None:
    tenant = await college()
    creator = await make.member(tenant.organisation, roles=list(Role))
    tracker = await make_tracker(tenant, "CHANGE_OF_ADDRESS", creator, status="APPROVED")
    approved = {
        "APPROVED>APPROVED": ([], True),
        "APPROVED>RESOLVED": ([], False),
        "APPROVED>REJECTED": (["comment"], True),
    }
    assert await tracker_transitions(creator, tracker) == (False, approved)
    assert await tracker_transitions(tenant.bob, tracker) == (
        False,
        {name: (required, False) for name, (required, _) in approved.items()},
    )
    for status in ("RESOLVED", "REJECTED", "CLOSED"):
        await fetch("UPDATE tracker SET status = $1", status)
        assert await tracker_transitions(creator, tracker) == (False, {})


async def test_a_hidden_field_is_not_required(database: str) -> None:
    tenant = await college()
    approver = await make.member(tenant.organisation, roles=[EDIT])
    legal = await make_tracker(tenant, "CHANGE_OF_NAME", tenant.ada, values={"isLegalChange": True})
    other = await make_tracker(tenant, "CHANGE_OF_NAME", tenant.ada, values={"isLegalChange": False})
    assert (await tracker_transitions(approver, legal))[1]["NEW>APPROVED"] == (["supportingDocument"], True)
    assert (await tracker_transitions(approver, other))[1]["NEW>APPROVED"] == ([], True)


async def test_a_disabled_automation_can_still_be_read(database: str) -> None:
    tenant = await college(automations=False)
    creator = await make.member(tenant.organisation, roles=list(Role))
    tracker = await make_tracker(tenant, "WITHDRAWAL", creator)
    document = "query ($id: ID!) { tracker(id: $id) { type { key viewerCanCreate } fields { key } } }"
    tracker_data = (await data(creator, document, id=gid(tracker)))["tracker"]
    assert tracker_data["type"] == {"key": "WITHDRAWAL", "viewerCanCreate": False}
    assert len(tracker_data["fields"]) == 8
