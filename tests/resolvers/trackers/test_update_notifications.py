"""The notifications of updates, and concurrent updates."""

import asyncio
from typing import Any

from models import Inbox, Mail, MemberKind, Notification, TrackerEvent
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.clients.tracker_updates import opened, told, update, updated
from tests.support.scenarios.college import college, text


async def test_a_reassignment_notifies_both_assignees_and_mails_the_new_one(database: str) -> None:
    house = await college()
    carl = await make.member(house.organisation, name="Carl")
    tracker = await opened(house, assigneeId=gid(house.bob))
    await Mail.all().delete()
    dora = await make.member(house.organisation, name="Dora")
    await updated(carl, tracker, assigneeId=gid(dora))
    everybody = (house.ada, house.bob, carl, dora, house.tina)
    assert await told(*everybody) == {
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
    house = await college()
    tracker = await opened(house, assigneeId=gid(house.bob))
    await updated(house.tina, tracker, status="RESOLVED", description="Seen")
    assert await told(house.ada, house.bob, house.tina) == {
        "Ada": ["STATUS_CHANGED"],
        "Bob": ["ASSIGNED", "STATUS_CHANGED"],
        "Tina": [],
    }


async def test_other_changes_notify_creator_and_assignee(database: str) -> None:
    house = await college()
    tracker = await opened(house, assigneeId=gid(house.bob))
    entries: list[dict[str, Any]] = [
        {"description": "x"},
        {"dueDate": "2099-01-01"},
        {"values": [text("jobTitle", "Chef")]},
    ]
    for entry in entries:
        await updated(house.tina, tracker, **entry)
    assert await told(house.ada, house.bob) == {"Ada": ["UPDATED"] * 3, "Bob": ["ASSIGNED", *["UPDATED"] * 3]}


async def test_members_are_not_notified_of_their_own_actions(database: str) -> None:
    house = await college()
    tracker = await opened(house)
    await updated(house.ada, tracker, assigneeId=gid(house.ada), description="x")
    await updated(house.ada, tracker, status="RESOLVED")
    await updated(house.ada, tracker, assigneeId=None)
    assert await told(house.ada) == {"Ada": []}
    assert (await Inbox.get(member_id=house.ada.id)).cursor == 0
    assert await Mail.all().count() == 0


async def test_each_member_gets_one_notification_of_the_most_important_kind(database: str) -> None:
    house = await college()
    carl = await make.member(house.organisation, name="Carl")
    tracker = await opened(house, assigneeId=gid(house.ada))
    # Ada made it and had it; Bob gets it, in one call with a new status and more.
    await updated(carl, tracker, assigneeId=gid(house.bob), status="RESOLVED", description="x", comment="y")
    assert await told(house.ada, house.bob) == {"Ada": ["STATUS_CHANGED"], "Bob": ["ASSIGNED"]}
    # Back to its creator.
    await updated(carl, tracker, assigneeId=gid(house.ada), description="z")
    assert await told(house.ada, house.bob) == {"Ada": ["STATUS_CHANGED", "ASSIGNED"], "Bob": ["ASSIGNED", "UPDATED"]}


async def test_the_creator_is_notified_of_changes_beside_the_assignee(database: str) -> None:
    house = await college()
    tracker = await opened(house)
    await updated(house.tina, tracker, assigneeId=gid(house.bob), description="x")
    assert await told(house.ada, house.bob) == {"Ada": ["UPDATED"], "Bob": ["ASSIGNED"]}


async def test_of_two_concurrent_updates_one_is_a_conflict(database: str) -> None:
    house = await college()
    for round_ in range(5):
        tracker = await opened(house)
        both = await asyncio.gather(
            *(update(one, tracker, version=1, description=f"{one.name} {round_}") for one in (house.ada, house.bob))
        )
        winner, loser = sorted(both, key=lambda payload: len(payload["errors"]))
        assert winner["errors"] == []
        assert [(one["path"], one["code"]) for one in loser["errors"]] == [(["version"], "CONFLICT")]
        assert loser["tracker"]["description"] == winner["tracker"]["description"]
        assert loser["tracker"]["version"] == 2
        assert await TrackerEvent.filter(tracker=tracker, kind="UPDATED").count() == 1


async def test_two_hundred_concurrent_updates_that_each_notify_two_members(database: str) -> None:
    house = await college()
    staff = [await make.member(house.organisation) for _ in range(6)]
    kind = await make.tracker_type(house.organisation)
    pairs = [(staff[n % 6], staff[(n + 1 + n // 6 % 5) % 6]) for n in range(200)]  # in either order of their ids
    trackers = [
        await make.tracker(house.organisation, type=kind, learner=house.learner, created_by=creator, assignee=assignee)
        for creator, assignee in pairs
    ]

    async with asyncio.timeout(120):
        payloads = await asyncio.gather(*(update(house.bob, one, description=str(one.number)) for one in trackers))

    assert [payload["errors"] for payload in payloads] == [[]] * 200
    assert {payload["tracker"]["version"] for payload in payloads} == {2}
    assert await TrackerEvent.all().count() == 200
    for member in staff:
        concerned = sum(member in pair for pair in pairs)
        told_of = await Notification.filter(recipient=member, kind="UPDATED").order_by("cursor")
        assert [one.cursor for one in told_of] == list(range(1, concerned + 1))
        assert len({one.tracker_id for one in told_of}) == concerned
        assert (await Inbox.get(member_id=member.id)).cursor == concerned
    assert await Notification.all().count() == 400


async def test_a_former_assignee_who_lost_access_is_notified_without_the_tracker(database: str) -> None:
    house = await college()
    tutor = await make.member(house.organisation, name="Theo", kind=MemberKind.TUTOR)
    tracker = await opened(house)
    await type(tracker).filter(id=tracker.id).update(assignee_id=tutor.id)
    assert (await update(tutor, tracker, assigneeId=gid(house.bob))) == {"tracker": None, "errors": []}
    await type(tracker).filter(id=tracker.id).update(assignee_id=tutor.id)
    await updated(house.ada, tracker, assigneeId=gid(house.bob))
    assert await told(tutor) == {"Theo": ["UPDATED"]}
