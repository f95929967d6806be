"""Hearing of assignments: from the cursor that one names, in order, none lost, none twice, and only what one may see."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from models import Inbox, Learner, Member, MemberKind, Notification, NotificationKind, Role, Session, Tracker
from services.accounts.sessions import SessionEnded, viewer_of_session
from services.notifications import subscription
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.clients.subscriptions import ASSIGNED, RECEIVED, Listener, listener, reader_of, until
from tests.support.scenarios.college import College, college, created


async def assign(house: College, count: int = 1) -> None:
    for _ in range(count):
        await created(house.ada, house.job(assigneeId=gid(house.bob)))


async def test_from_nought_on_everything_is_replayed_and_then_it_goes_on(database: str) -> None:
    house = await college()
    tracker = await make.tracker(house.organisation, assignee=house.bob)
    for _ in range(250):  # more than two batches
        await make.notification(tracker, house.bob, actor=house.ada)
    async with reader_of(database) as reader, listener(reader, house.bob, "0") as bob:
        assert await bob.cursors(250) == list(range(1, 251))
        await assign(house)
        assert await bob.hear() == {
            "cursor": "251",
            "kind": "ASSIGNED",
            "text": "Ada assigned Job tracker 2 to you.",
            "tracker": {"number": 2},
            "actor": {"name": "Ada"},
        }


async def test_without_a_cursor_only_what_comes_is_heard(database: str) -> None:
    house = await college()
    await assign(house, 3)
    async with reader_of(database) as reader, listener(reader, house.bob) as bob:
        heard = asyncio.create_task(bob.cursors(2))
        await until(lambda: reader.waiting == 1)
        await assign(house, 2)
        assert await heard == [4, 5]


async def test_who_comes_back_amid_new_assignments_misses_and_repeats_none(database: str) -> None:
    house = await college()
    async with reader_of(database) as reader:
        working = asyncio.gather(*(assign(house, 20) for _ in range(5)))
        heard: list[int] = []
        for count in (1, 30, 9, 40, 20):
            async with listener(reader, house.bob, str(heard[-1]) if heard else "0") as bob:
                heard += await bob.cursors(count)
        await working
    assert heard == list(range(1, 101))


async def test_everybody_hears_their_own_and_every_page_of_theirs_does(database: str) -> None:
    house = await college()
    async with (
        reader_of(database) as reader,
        listener(reader, house.bob) as one,
        listener(reader, house.bob) as two,
        listener(reader, house.ada) as other,
    ):
        heard = [asyncio.create_task(page.hear()) for page in (one, two, other)]
        await until(lambda: reader.waiting == 3)
        await assign(house)
        assert await heard[0] == await heard[1]
        await created(house.tina, house.job(assigneeId=gid(house.ada)))
        assert (await heard[2])["tracker"] == {"number": 2}


BEYOND = "after lies beyond the newest notification, 2."
NO_NUMBER = "after must be the cursor of a notification: a whole number."


@pytest.mark.parametrize("document", [RECEIVED, ASSIGNED])
async def test_a_cursor_that_makes_no_sense_is_a_request_error(database: str, document: str) -> None:
    house = await college()
    await assign(house, 2)
    expected = dict.fromkeys(
        ["", "x", "-1", "1.0", " 1", "1e3", "٣", "\x00", "\ud800", "9" * 19, "9" * 10_000], NO_NUMBER
    )
    async with reader_of(database) as reader:
        for after, message in (expected | {"3": BEYOND, "9" * 18: BEYOND}).items():
            async with listener(reader, house.bob, after, document) as bob:
                (error,) = (answer := await bob.answer())["errors"]
                assert "data" not in answer
                assert (error["message"], error["extensions"]) == (
                    message,
                    {"code": "BAD_USER_INPUT", "path": ["after"]},
                )
        async with listener(reader, None, "0", document) as nobody:
            (error,) = (await nobody.answer())["errors"]
            assert error["extensions"] == {"code": "UNAUTHENTICATED"}
        assert reader.waiting == 0


async def test_assignments_alone_skip_other_kinds_so_that_cursors_jump(database: str) -> None:
    house = await college()
    tracker = await make.tracker(house.organisation, assignee=house.bob)
    kinds = [*NotificationKind, NotificationKind.ASSIGNED]
    for kind in kinds:
        told = await make.notification(tracker, house.bob, actor=house.ada)
        await Notification.filter(id=told.id).update(kind=kind)
    async with reader_of(database) as reader:
        async with listener(reader, house.bob, "0", ASSIGNED) as bob:
            assert await bob.cursors(2) == [1, 7]
            await assign(house)
            assert await bob.cursors(1) == [8]
        async with listener(reader, house.bob, "0") as bob:
            heard = [await bob.hear() for _ in kinds]
    what = (await tracker.type).name + " tracker 1"
    assert [(one["cursor"], one["kind"], one["text"]) for one in heard] == [
        ("1", "ASSIGNED", f"Ada assigned {what} to you."),
        ("2", "STATUS_CHANGED", f"Ada changed the status of {what}."),
        ("3", "COMMENTED", f"Ada commented on {what}."),
        ("4", "APPLIED", f"{what} was applied to the learner's record."),
        ("5", "APPLY_FAILED", f"{what} could not be applied to the learner's record."),
        ("6", "UPDATED", f"Ada changed {what}."),
        ("7", "ASSIGNED", f"Ada assigned {what} to you."),
    ]


async def test_a_tracker_that_is_no_longer_to_be_seen_is_null(database: str) -> None:
    house = await college()
    tracker = await make.tracker(house.organisation, assignee=house.tina, learner=house.learner)
    await make.notification(tracker, house.tina)
    async with reader_of(database) as reader:
        async with listener(reader, house.tina, "0") as tina:
            assert (await tina.hear())["tracker"] == {"number": 1}
        await Learner.all().update(tutor_id=None)
        await Tracker.all().update(assignee_id=None)
        async with listener(reader, house.tina, "0") as tina:
            text = "This was about a tracker that you can no longer see."
            assert await tina.hear() == {
                "cursor": "1",
                "kind": "ASSIGNED",
                "text": text,
                "tracker": None,
                "actor": None,
            }


async def test_rights_are_asked_again_at_each_event(database: str) -> None:
    house = await college()
    asked = RECEIVED.replace("tracker { number }", "tracker { number viewerCanEdit type { viewerCanCreate } }")
    async with reader_of(database) as reader, listener(reader, house.bob, "0", asked) as bob:
        await assign(house)
        assert (await bob.hear())["tracker"]["type"] == {"viewerCanCreate": False}
        await Member.filter(id=house.bob.id).update(roles=[Role.CREATE_TRACKERS])
        await assign(house)
        assert (await bob.hear())["tracker"]["type"] == {"viewerCanCreate": True}
        await assign(house)
        await Member.filter(id=house.bob.id).update(kind=MemberKind.TUTOR)
        await Tracker.all().update(assignee_id=None)
        assert (await bob.hear())["tracker"] is None


async def ended(listening: Listener) -> str:
    with pytest.raises(SessionEnded) as refusal:
        await listening.answer()
    return str(refusal.value)


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Member, {"active": False}),
        (Session, {"ended_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}),
        (Session, {"expires_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}),
    ],
    ids=["switched off", "signed out", "expired"],
)
async def test_a_session_that_is_over_ends_the_subscription(
    database: str, monkeypatch: pytest.MonkeyPatch, model: type[Member | Session], change: dict[str, Any]
) -> None:
    house = await college()
    async with reader_of(database) as reader:
        async with listener(reader, house.bob, "0") as bob:  # what waits for it is not told any more
            await assign(house)
            assert await bob.cursors(1) == [1]
            await assign(house)
            await model.all().update(**change)
            assert await ended(bob) == "The session has ended."
        await Member.all().update(active=True)
        monkeypatch.setattr(subscription, "PATIENCE_SECONDS", 0.1)
        async with listener(reader, house.bob) as bob:  # while nothing happens
            waiting = asyncio.create_task(ended(bob))
            await until(lambda: reader.waiting == 1)
            await model.all().update(**change)
            assert await waiting == "The session has ended."


async def test_a_token_that_ends_ends_the_subscription(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await college()
    monkeypatch.setattr(subscription, "PATIENCE_SECONDS", 0.1)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    session = await Session.create(member=house.bob, expires_at=later + dt.timedelta(days=1))
    signed_in = await viewer_of_session(session.id, expires=later.timestamp())
    assert signed_in is not None
    async with reader_of(database) as reader, listener(reader, signed_in) as bob:
        assert await ended(bob) == "The session has ended."


async def test_what_a_subscription_reads_is_what_was_counted(database: str) -> None:
    house = await college()
    await assign(house, 2)
    assert (await Inbox.get(member_id=house.bob.id)).cursor == 2
    async with reader_of(database) as reader, listener(reader, house.bob, "2") as bob:
        heard = asyncio.create_task(bob.cursors(1))
        await until(lambda: reader.waiting == 1)
        await assign(house)
        assert await heard == [3]
