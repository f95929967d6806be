"""Tests of the notifications of updates, and of concurrent updates."""

import asyncio
from typing import Any

import pytest

from models import Inbox, Mail, MemberKind, Notification, TrackerEvent
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.clients.tracker_updates import new_tracker, notified_kinds, update, update_successfully
from tests.support.scenarios.college import college, text_value


async def test_a_reassignment_notifies_both_assignees_and_sends_an_email_to_the_new_one(database: str) -> None:
    tenant = await college()
    carl = await make.member(tenant.organisation, name="Carl")
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob))
    await Mail.all().delete()
    dora = await make.member(tenant.organisation, name="Dora")
    await update_successfully(carl, tracker, assigneeId=gid(dora))
    members = (tenant.ada, tenant.bob, carl, dora, tenant.tina)
    assert await notified_kinds(*members) == {
        "Ada": [],
        "Bob": ["ASSIGNED", "UPDATED"],
        "Carl": [],
        "Dora": ["ASSIGNED"],
        "Tina": [],
    }
    assert [mail.recipient_id for mail in await Mail.all()] == [dora.id]
    notification = await Notification.get(recipient=dora)
    assert (notification.actor_id, notification.tracker_id, notification.cursor) == (carl.id, tracker.id, 1)
    assert await Mail.filter(notification=notification).count() == 1


async def test_a_status_change_notifies_creator_and_assignee(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob))
    await update_successfully(tenant.tina, tracker, status="RESOLVED", description="Seen")
    assert await notified_kinds(tenant.ada, tenant.bob, tenant.tina) == {
        "Ada": ["STATUS_CHANGED"],
        "Bob": ["ASSIGNED", "STATUS_CHANGED"],
        "Tina": [],
    }


async def test_other_changes_notify_creator_and_assignee(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob))
    entries: list[dict[str, Any]] = [
        {"description": "x"},
        {"dueDate": "2099-01-01"},
        {"values": [text_value("jobTitle", "Chef")]},
    ]
    for entry in entries:
        await update_successfully(tenant.tina, tracker, **entry)
    assert await notified_kinds(tenant.ada, tenant.bob) == {
        "Ada": ["UPDATED"] * 3,
        "Bob": ["ASSIGNED", *["UPDATED"] * 3],
    }


async def test_members_are_not_notified_of_their_own_actions(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    await update_successfully(tenant.ada, tracker, assigneeId=gid(tenant.ada), description="x")
    await update_successfully(tenant.ada, tracker, status="RESOLVED")
    await update_successfully(tenant.ada, tracker, assigneeId=None)
    assert await notified_kinds(tenant.ada) == {"Ada": []}
    assert (await Inbox.get(member_id=tenant.ada.id)).cursor == 0
    assert await Mail.all().count() == 0


async def test_each_member_gets_one_notification_of_the_most_important_kind(database: str) -> None:
    tenant = await college()
    carl = await make.member(tenant.organisation, name="Carl")
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.ada))
    # Ada is its creator and old assignee, Bob its new assignee; the status changes in the same update.
    await update_successfully(
        carl, tracker, assigneeId=gid(tenant.bob), status="RESOLVED", description="x", comment="y"
    )
    assert await notified_kinds(tenant.ada, tenant.bob) == {"Ada": ["STATUS_CHANGED"], "Bob": ["ASSIGNED"]}
    # It is assigned to its creator again.
    await update_successfully(carl, tracker, assigneeId=gid(tenant.ada), description="z")
    assert await notified_kinds(tenant.ada, tenant.bob) == {
        "Ada": ["STATUS_CHANGED", "ASSIGNED"],
        "Bob": ["ASSIGNED", "UPDATED"],
    }


async def test_the_creator_is_notified_of_a_reassignment_with_other_changes(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    await update_successfully(tenant.tina, tracker, assigneeId=gid(tenant.bob), description="x")
    assert await notified_kinds(tenant.ada, tenant.bob) == {"Ada": ["UPDATED"], "Bob": ["ASSIGNED"]}


async def test_one_of_two_concurrent_updates_is_a_conflict(database: str) -> None:
    tenant = await college()
    for round_ in range(5):
        tracker = await new_tracker(tenant)
        payloads = await asyncio.gather(
            *(
                update(member, tracker, version=1, description=f"{member.name} {round_}")
                for member in (tenant.ada, tenant.bob)
            )
        )
        winner, loser = sorted(payloads, key=lambda payload: len(payload["errors"]))
        assert winner["errors"] == []
        assert [(error["path"], error["code"]) for error in loser["errors"]] == [(["version"], "CONFLICT")]
        assert loser["tracker"]["description"] == winner["tracker"]["description"]
        assert loser["tracker"]["version"] == 2
        assert await TrackerEvent.filter(tracker=tracker, kind="UPDATED").count() == 1


@pytest.mark.slow
async def test_two_hundred_concurrent_updates_that_each_notify_two_members(database: str) -> None:
    tenant = await college()
    staff = [await make.member(tenant.organisation) for _ in range(6)]
    type_ = await make.tracker_type(tenant.organisation)
    pairs = [(staff[n % 6], staff[(n + 1 + n // 6 % 5) % 6]) for n in range(200)]  # pairs in both orders of their ids
    trackers = [
        await make.tracker(
            tenant.organisation, type=type_, learner=tenant.learner, created_by=creator, assignee=assignee
        )
        for creator, assignee in pairs
    ]

    async with asyncio.timeout(120):
        payloads = await asyncio.gather(
            *(update(tenant.bob, tracker, description=str(tracker.number)) for tracker in trackers)
        )

    assert [payload["errors"] for payload in payloads] == [[]] * 200
    assert {payload["tracker"]["version"] for payload in payloads} == {2}
    assert await TrackerEvent.all().count() == 200
    for member in staff:
        expected_count = sum(member in pair for pair in pairs)
        notifications = await Notification.filter(recipient=member, kind="UPDATED").order_by("cursor")
        assert [notification.cursor for notification in notifications] == list(range(1, expected_count + 1))
        assert len({notification.tracker_id for notification in notifications}) == expected_count
        assert (await Inbox.get(member_id=member.id)).cursor == expected_count
    assert await Notification.all().count() == 400


async def test_a_former_assignee_who_lost_access_is_notified_without_the_tracker(database: str) -> None:
    tenant = await college()
    tutor = await make.member(tenant.organisation, name="Theo", kind=MemberKind.TUTOR)
    tracker = await new_tracker(tenant)
    await type(tracker).filter(id=tracker.id).update(assignee_id=tutor.id)
    assert (await update(tutor, tracker, assigneeId=gid(tenant.bob))) == {"tracker": None, "errors": []}
    await type(tracker).filter(id=tracker.id).update(assignee_id=tutor.id)
    await update_successfully(tenant.ada, tracker, assigneeId=gid(tenant.bob))
    assert await notified_kinds(tutor) == {"Theo": ["UPDATED"]}
