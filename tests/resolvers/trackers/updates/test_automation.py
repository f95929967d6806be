"""Tests of updating process automations: which members may edit them, and which fields are immutable."""

from models import Learner, Tracker
from models.database import fetch
from tests.support.clients.graphql import gid
from tests.support.clients.tracker_updates import (
    ADDRESS,
    make_approver,
    new_address_tracker,
    update_and_get_errors,
    update_and_get_event,
    update_successfully,
)
from tests.support.scenarios.college import college, problem, text_value

NEEDS_ROLE = "can be changed only by the tracker's creator or with the role 'Edit process automation trackers'."


async def test_a_new_automation_is_edited_by_its_creator_and_approvers(database: str) -> None:
    tenant = await college()
    tracker, eve = await new_address_tracker(tenant), await make_approver(tenant)
    entry = {
        "assigneeId": gid(tenant.bob),
        "description": "x",
        "dueDate": "2099-01-01",
        "values": [
            text_value("county", "Kent"),
            text_value("postcode", "!"),
            text_value("addressLine1", " 1 High Street "),
        ],
    }
    forbidden = [
        problem("assigneeId", "FORBIDDEN", f"The assignee {NEEDS_ROLE}"),
        problem("description", "FORBIDDEN", f"The description {NEEDS_ROLE}"),
        problem("dueDate", "FORBIDDEN", f"The due date {NEEDS_ROLE}"),
        problem("values.postcode", "FORBIDDEN", f"'Postcode' {NEEDS_ROLE}"),
        problem("values.county", "FORBIDDEN", f"'County' {NEEDS_ROLE}"),
    ]
    for member in (tenant.bob, tenant.tina):  # an administrator without the role, and the learner's tutor
        assert await update_and_get_errors(member, tracker, **entry) == forbidden
    for member, county in ((tenant.ada, "Kent"), (eve, "Surrey")):
        updated = await update_successfully(
            member, tracker, assigneeId=gid(member), values=[text_value("county", county)]
        )
        assert updated["assignee"] == {"name": member.name}
    assert (await Tracker.get(id=tracker.id)).values_changed_by_id == eve.id


async def test_members_who_see_an_automation_can_comment_and_send_unchanged_values(database: str) -> None:
    tenant = await college()
    tracker = await new_address_tracker(tenant)
    assert (await update_successfully(tenant.tina, tracker, status="NEW", assigneeId=None, values=ADDRESS))[
        "version"
    ] == 1
    assert (await update_and_get_event(tenant.tina, tracker, comment="They moved in May."))[
        "comment"
    ] == "They moved in May."


async def test_after_approval_values_are_immutable_for_everyone(database: str) -> None:
    tenant = await college()
    tracker, eve = await new_address_tracker(tenant), await make_approver(tenant)
    for status in ("APPROVED", "RESOLVED", "REJECTED", "CLOSED"):
        await fetch("UPDATE tracker SET status = $1", status)
        message = f"stays as it is: the tracker is '{status.capitalize()}'."
        for member in (tenant.ada, eve, tenant.bob):
            assert await update_and_get_errors(
                member, tracker, values=[text_value("county", "Kent"), text_value("postcode", "")]
            ) == [
                problem("values.postcode", "IMMUTABLE", f"'Postcode' {message}"),
                problem("values.county", "IMMUTABLE", f"'County' {message}"),
            ]
        assert await update_and_get_errors(tenant.bob, tracker, description="x") == [
            problem("description", "FORBIDDEN", f"The description {NEEDS_ROLE}")
        ]
        # Members who may edit it can still change its description and assignee.
        assert (await update_and_get_event(eve, tracker, description=status, assigneeId=gid(eve)))["changes"] != []
        await fetch("UPDATE tracker SET assignee_id = NULL")


async def test_changed_values_replace_the_snapshot_with_the_current_record(database: str) -> None:
    tenant = await college()
    tracker = await new_address_tracker(tenant)
    await Learner.filter(id=tenant.learner.id).update(postcode="AB1 2CD")
    before = (await Tracker.get(id=tracker.id)).record_before
    assert before["learner.postcode"] is None
    await update_successfully(tenant.ada, tracker, description="x")
    assert (await Tracker.get(id=tracker.id)).record_before == before
    await update_successfully(tenant.ada, tracker, values=[text_value("county", "Kent")])
    assert (await Tracker.get(id=tracker.id)).record_before == before | {"learner.postcode": "AB1 2CD"}
