"""Notification subscriptions: cursors, exactly-once delivery, visibility and the end of the session."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from models import Inbox, Learner, Member, MemberKind, Notification, NotificationKind, Role, Session, Tracker
from server.protocol.request_errors import GraphQLRequestError
from services.accounts.sessions.authentication import viewer_of_session
from services.accounts.sessions.ending import SessionEnded
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.clients.subscriptions import (
    NOTIFICATION_RECEIVED,
    TRACKER_ASSIGNED,
    Subscription,
    run_reader,
    subscribe,
    wait_until,
)
from tests.support.scenarios.college import College, college, create_successfully


async def assign(tenant: College, count: int = 1) -> None:
    for _ in range(count):
        await create_successfully(tenant.ada, tenant.job(assigneeId=gid(tenant.bob)))


@pytest.mark.slow
async def test_cursor_0_replays_stored_notifications_before_new_ones(database: str) -> None:
    tenant = await college()
    tracker = await make.tracker(tenant.organisation, assignee=tenant.bob)
    for _ in range(250):  # more than two batches
        await make.notification(tracker, tenant.bob, actor=tenant.ada)
    async with run_reader(database) as reader, subscribe(reader, tenant.bob, "0") as bob:
        assert await bob.cursors(250) == list(range(1, 251))
        await assign(tenant)
        assert await bob.event() == {
            "cursor": "251",
            "kind": "ASSIGNED",
            "text": "Ada assigned Job tracker 2 to you.",
            "tracker": {"number": 2},
            "actor": {"name": "Ada"},
        }


async def test_without_a_cursor_only_new_notifications_are_sent(database: str) -> None:
    tenant = await college()
    await assign(tenant, 3)
    async with run_reader(database) as reader, subscribe(reader, tenant.bob) as bob:
        received = asyncio.create_task(bob.cursors(2))
        await wait_until(lambda: reader.waiting_count == 1)
        await assign(tenant, 2)
        assert await received == [4, 5]


@pytest.mark.slow
async def test_resuming_neither_misses_nor_repeats_notifications(database: str) -> None:
    tenant = await college()
    async with run_reader(database) as reader:
        assignments = asyncio.gather(*(assign(tenant, 20) for _ in range(5)))
        received: list[int] = []
        for count in (1, 30, 9, 40, 20):
            async with subscribe(reader, tenant.bob, str(received[-1]) if received else "0") as bob:
                received += await bob.cursors(count)
        await assignments
    assert received == list(range(1, 101))


async def test_notifications_whose_wake_ups_were_lost_are_only_delayed(database: str) -> None:
    """Check what holds if a process is killed between its commit and the NOTIFY that follows it."""
    tenant = await college()
    tracker = await make.tracker(tenant.organisation)
    async with run_reader(database, poll_seconds=0.2) as reader, subscribe(reader, tenant.bob) as bob:
        for first in (1, 4):
            received = asyncio.create_task(bob.cursors(3))
            await wait_until(lambda: reader.waiting_count == 1)
            for _ in range(3):
                await make.notification(tracker, tenant.bob)  # which wakes nobody
            assert await received == [first, first + 1, first + 2]


async def test_a_notification_reaches_every_subscription_of_its_recipient_only(database: str) -> None:
    tenant = await college()
    async with (
        run_reader(database) as reader,
        subscribe(reader, tenant.bob) as first,
        subscribe(reader, tenant.bob) as second,
        subscribe(reader, tenant.ada) as other,
    ):
        received = [asyncio.create_task(subscription.event()) for subscription in (first, second, other)]
        await wait_until(lambda: reader.waiting_count == 3)
        await assign(tenant)
        assert await received[0] == await received[1]
        await create_successfully(tenant.tina, tenant.job(assigneeId=gid(tenant.ada)))
        assert (await received[2])["tracker"] == {"number": 2}


BEYOND_NEWEST = "'after' lies beyond the newest notification, 2."
NOT_A_NUMBER = "'after' must be the cursor of a notification: a whole number."


@pytest.mark.parametrize("document", [NOTIFICATION_RECEIVED, TRACKER_ASSIGNED])
async def test_an_invalid_cursor_is_a_request_error(database: str, document: str) -> None:
    tenant = await college()
    await assign(tenant, 2)
    expected = dict.fromkeys(
        ["", "x", "-1", "1.0", " 1", "1e3", "٣", "\x00", "\ud800", "9" * 19, "9" * 10_000], NOT_A_NUMBER
    )
    async with run_reader(database) as reader:
        for after, message in (expected | {"3": BEYOND_NEWEST, "9" * 18: BEYOND_NEWEST}).items():
            async with subscribe(reader, tenant.bob, after, document) as bob:
                (error,) = (answer := await bob.result())["errors"]
                assert "data" not in answer
                assert (error["message"], error["extensions"]) == (
                    message,
                    {"code": "BAD_USER_INPUT", "path": ["after"]},
                )
        with pytest.raises(GraphQLRequestError) as raised:
            async with subscribe(reader, None, "x", document):
                pytest.fail("a subscription without a session")
        assert raised.value.formatted == {
            "errors": [{"message": "Sign in first.", "extensions": {"code": "UNAUTHENTICATED"}}]
        }
        assert reader.waiting_count == 0


async def test_tracker_assigned_skips_other_kinds(database: str) -> None:
    tenant = await college()
    tracker = await make.tracker(tenant.organisation, assignee=tenant.bob)
    kinds = [*NotificationKind, NotificationKind.ASSIGNED]
    for kind in kinds:
        notification = await make.notification(tracker, tenant.bob, actor=tenant.ada)
        await Notification.filter(id=notification.id).update(kind=kind)
    async with run_reader(database) as reader:
        async with subscribe(reader, tenant.bob, "0", TRACKER_ASSIGNED) as bob:
            assert await bob.cursors(2) == [1, 7]
            await assign(tenant)
            assert await bob.cursors(1) == [8]
        async with subscribe(reader, tenant.bob, "0") as bob:
            received = [await bob.event() for _ in kinds]
    tracker_name = (await tracker.type).name + " tracker 1"
    assert [(notification["cursor"], notification["kind"], notification["text"]) for notification in received] == [
        ("1", "ASSIGNED", f"Ada assigned {tracker_name} to you."),
        ("2", "STATUS_CHANGED", f"Ada changed the status of {tracker_name}."),
        ("3", "COMMENTED", f"Ada commented on {tracker_name}."),
        ("4", "APPLIED", f"{tracker_name} was applied to the learner's record."),
        ("5", "APPLY_FAILED", f"{tracker_name} could not be applied to the learner's record."),
        ("6", "UPDATED", f"Ada changed {tracker_name}."),
        ("7", "ASSIGNED", f"Ada assigned {tracker_name} to you."),
    ]


async def test_a_tracker_that_is_no_longer_visible_is_null(database: str) -> None:
    tenant = await college()
    tracker = await make.tracker(tenant.organisation, assignee=tenant.tina, learner=tenant.learner)
    await make.notification(tracker, tenant.tina)
    async with run_reader(database) as reader:
        async with subscribe(reader, tenant.tina, "0") as tina:
            assert (await tina.event())["tracker"] == {"number": 1}
        await Learner.all().update(tutor_id=None)
        await Tracker.all().update(assignee_id=None)
        async with subscribe(reader, tenant.tina, "0") as tina:
            text = "This was about a tracker that you can no longer see."
            assert await tina.event() == {
                "cursor": "1",
                "kind": "ASSIGNED",
                "text": text,
                "tracker": None,
                "actor": None,
            }


async def test_roles_are_read_again_for_each_notification(database: str) -> None:
    tenant = await college()
    document = NOTIFICATION_RECEIVED.replace(
        "tracker { number }", "tracker { number viewerCanEdit type { viewerCanCreate } }"
    )
    async with run_reader(database) as reader, subscribe(reader, tenant.bob, "0", document) as bob:
        await assign(tenant)
        assert (await bob.event())["tracker"]["type"] == {"viewerCanCreate": False}
        await Member.filter(id=tenant.bob.id).update(roles=[Role.CREATE_TRACKERS])
        await assign(tenant)
        assert (await bob.event())["tracker"]["type"] == {"viewerCanCreate": True}
        await assign(tenant)
        await Member.filter(id=tenant.bob.id).update(kind=MemberKind.TUTOR)
        await Tracker.all().update(assignee_id=None)
        assert (await bob.event())["tracker"] is None


async def end_reason(subscription: Subscription) -> str:
    with pytest.raises(SessionEnded) as raised:
        await subscription.result()
    return str(raised.value)


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Member, {"active": False}),
        (Session, {"ended_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}),
        (Session, {"expires_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}),
    ],
    ids=["deactivated", "signed out", "expired"],
)
async def test_an_ended_session_ends_the_subscription(
    database: str, model: type[Member | Session], change: dict[str, Any]
) -> None:
    tenant = await college()
    async with run_reader(database) as reader:
        async with subscribe(reader, tenant.bob, "0") as bob:  # stored notifications are no longer sent
            await assign(tenant)
            assert await bob.cursors(1) == [1]
            await assign(tenant)
            await model.all().update(**change)
            assert await end_reason(bob) == "The session has ended."
        await Member.all().update(active=True)
        reader.revalidate_seconds = 0.1
        async with subscribe(reader, tenant.bob) as bob:  # without notifications
            waiting = asyncio.create_task(end_reason(bob))
            await wait_until(lambda: reader.waiting_count == 1)
            await model.all().update(**change)
            assert await waiting == "The session has ended."


@pytest.mark.slow
async def test_an_expired_token_ends_the_subscription(database: str) -> None:
    tenant = await college()
    expiry = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    session = await Session.create(member=tenant.bob, expires_at=expiry + dt.timedelta(days=1))
    viewer = await viewer_of_session(session.id, expires=expiry.timestamp())
    assert viewer is not None
    async with run_reader(database, revalidate_seconds=0.1) as reader, subscribe(reader, viewer) as bob:
        assert await end_reason(bob) == "The session has ended."


async def test_a_subscription_continues_from_the_cursor_of_the_inbox(database: str) -> None:
    tenant = await college()
    await assign(tenant, 2)
    assert (await Inbox.get(member_id=tenant.bob.id)).cursor == 2
    async with run_reader(database) as reader, subscribe(reader, tenant.bob, "2") as bob:
        received = asyncio.create_task(bob.cursors(1))
        await wait_until(lambda: reader.waiting_count == 1)
        await assign(tenant)
        assert await received == [3]
