"""The transitions of types and trackers: which there are, what they require, and who may take them."""

from itertools import product
from typing import Any

from models import Member, Role, Tracker, TrackerStatus, TrackerType
from models.database import fetch
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.scenarios.college import College, college, enable_automations

CREATE, AUTOMATE, EDIT = list(Role)[:3]
STEPS = "transitions { from to requiredFields commentRequired viewerCanTake }"
OF_TYPE = f"query ($key: String!) {{ trackerType(key: $key) {{ {STEPS} }} }}"
OF_TRACKER = f"query ($id: ID!) {{ tracker(id: $id) {{ viewerCanEdit {STEPS} }} }}"

Steps = dict[str, Any]


def by_name(steps: list[dict[str, Any]]) -> Steps:
    """Steps as NEW>CLOSED → the fields they require, "comment" if that is required, and whether the viewer may."""
    return {
        f"{one['from']}>{one['to']}": (
            [*one["requiredFields"], *(["comment"] if one["commentRequired"] else [])],
            one["viewerCanTake"],
        )
        for one in steps
    }


async def of_type(member: Member, key: str) -> Steps:
    return by_name((await data(member, OF_TYPE, key=key))["trackerType"]["transitions"])


async def of_tracker(member: Member, tracker: Tracker) -> tuple[bool, Steps]:
    found = (await data(member, OF_TRACKER, id=gid(tracker)))["tracker"]
    return found["viewerCanEdit"], by_name(found["transitions"])


async def opened(tenant: College, key: str, by: Member, **columns: Any) -> Tracker:
    kind = await TrackerType.get(key=key)
    return await make.tracker(tenant.organisation, type=kind, learner=tenant.learner, created_by=by, **columns)


async def test_transitions_of_plain_types_need_no_role(database: str) -> None:
    tenant = await college()
    reader = await make.member(tenant.organisation, kind=tenant.tina.kind)
    ends = ["endDate", "endReason"]
    job = {
        "NEW>RESOLVED": ([], True),
        "NEW>REJECTED": ([], True),
        "NEW>CLOSED": (ends, True),
        "RESOLVED>CLOSED": (ends, True),
        "RESOLVED>NEW": ([], True),
        "REJECTED>NEW": ([], True),
        "REJECTED>CLOSED": (ends, True),
        "CLOSED>NEW": ([], True),
    }
    assert await of_type(reader, "JOB") == await of_type(tenant.ada, "JOB") == job
    assert (await of_type(reader, "COMPLIANCE"))["NEW>RESOLVED"] == (["evidence"], True)


async def test_transitions_of_automations_depend_on_roles(database: str) -> None:
    tenant = await college()
    for create, automate, edit in product((False, True), repeat=3):
        roles = [role for role, held in ((CREATE, create), (AUTOMATE, automate), (EDIT, edit)) if held]
        member = await make.member(tenant.organisation, roles=roles)
        assert await of_type(member, "CHANGE_OF_NAME") == {
            "NEW>APPROVED": (["supportingDocument"], edit),
            "NEW>REJECTED": (["comment"], edit),
            "NEW>CLOSED": ([], create and automate),
            "APPROVED>APPROVED": (["supportingDocument"], edit),
            "APPROVED>RESOLVED": ([], False),  # the system's alone
            "APPROVED>REJECTED": (["comment"], edit),
        }, roles


async def test_transitions_of_a_plain_tracker(database: str) -> None:
    tenant = await college()
    tracker = await opened(tenant, "JOB", tenant.ada)
    whole = await of_type(tenant.bob, "JOB")
    for status in TrackerStatus:
        await fetch("UPDATE tracker SET status = $1", status.value)
        steps = {name: step for name, step in whole.items() if name.startswith(f"{status}>")}
        for member in (tenant.ada, tenant.bob, tenant.tina):
            assert await of_tracker(member, tracker) == (True, steps)


async def test_transitions_of_an_automation_depend_on_the_viewer(database: str) -> None:
    tenant = await college()
    approver = await make.member(tenant.organisation, roles=[EDIT])
    every = await make.member(tenant.organisation, roles=list(Role))
    tracker = await opened(tenant, "CHANGE_OF_ADDRESS", every)
    # Who edits and approves, and who takes it back: its creator, whatever their roles are by now.
    expected = {
        every.id: (True, True, True),
        approver.id: (True, True, False),
        tenant.ada.id: (False, False, False),
        tenant.bob.id: (False, False, False),
        tenant.tina.id: (False, False, False),
    }
    for member in (every, approver, tenant.ada, tenant.bob, tenant.tina):
        may_edit, may_approve, may_close = expected[member.id]
        steps = {
            "NEW>APPROVED": ([], may_approve),
            "NEW>REJECTED": (["comment"], may_approve),
            "NEW>CLOSED": ([], may_close),
        }
        assert await of_tracker(member, tracker) == (may_edit, steps)
    await Member.filter(id=every.id).update(roles=[])
    edit, steps = await of_tracker(await Member.get(id=every.id), tracker)
    assert (edit, {name: may for name, (_, may) in steps.items()}) == (
        True,
        {"NEW>APPROVED": False, "NEW>REJECTED": False, "NEW>CLOSED": True},
    )


async def test_four_eyes_forbid_the_creator_to_approve(database: str) -> None:
    tenant = await college(automations=False)
    await enable_automations(tenant.organisation, four_eyes=True)
    every, other = [await make.member(tenant.organisation, roles=list(Role)) for _ in range(2)]
    tracker = await opened(tenant, "CHANGE_OF_ADDRESS", every)
    may = {"NEW>APPROVED": ([], True), "NEW>REJECTED": (["comment"], True), "NEW>CLOSED": ([], False)}
    assert await of_tracker(other, tracker) == (True, may)
    mine = may | {"NEW>APPROVED": ([], False), "NEW>CLOSED": ([], True)}
    assert await of_tracker(every, tracker) == (True, mine)
    # The type's own steps go by roles alone.
    assert (await of_type(every, "CHANGE_OF_ADDRESS"))["NEW>APPROVED"] == ([], True)


async def test_an_approved_automation_is_immutable(database: str) -> None:
    tenant = await college()
    every = await make.member(tenant.organisation, roles=list(Role))
    tracker = await opened(tenant, "CHANGE_OF_ADDRESS", every, status="APPROVED")
    approved = {
        "APPROVED>APPROVED": ([], True),
        "APPROVED>RESOLVED": ([], False),
        "APPROVED>REJECTED": (["comment"], True),
    }
    assert await of_tracker(every, tracker) == (False, approved)
    assert await of_tracker(tenant.bob, tracker) == (
        False,
        {name: (asks, False) for name, (asks, _) in approved.items()},
    )
    for status in ("RESOLVED", "REJECTED", "CLOSED"):
        await fetch("UPDATE tracker SET status = $1", status)
        assert await of_tracker(every, tracker) == (False, {})


async def test_a_hidden_field_is_not_required(database: str) -> None:
    tenant = await college()
    approver = await make.member(tenant.organisation, roles=[EDIT])
    legal = await opened(tenant, "CHANGE_OF_NAME", tenant.ada, values={"isLegalChange": True})
    other = await opened(tenant, "CHANGE_OF_NAME", tenant.ada, values={"isLegalChange": False})
    assert (await of_tracker(approver, legal))[1]["NEW>APPROVED"] == (["supportingDocument"], True)
    assert (await of_tracker(approver, other))[1]["NEW>APPROVED"] == ([], True)


async def test_a_disabled_automation_can_still_be_read(database: str) -> None:
    tenant = await college(automations=False)
    every = await make.member(tenant.organisation, roles=list(Role))
    tracker = await opened(tenant, "WITHDRAWAL", every)
    asked = "query ($id: ID!) { tracker(id: $id) { type { key viewerCanCreate } fields { key } } }"
    found = (await data(every, asked, id=gid(tracker)))["tracker"]
    assert found["type"] == {"key": "WITHDRAWAL", "viewerCanCreate": False}
    assert len(found["fields"]) == 5
