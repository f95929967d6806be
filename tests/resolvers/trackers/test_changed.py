"""Tests of ``trackerChanged``: each event is sent once, and the stream ends when the tracker is no longer visible."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from models import Learner, Member, Tracker
from schema.context import Context
from server.execution.result_stream import stream_results
from server.protocol.messages import Request
from services.accounts.sessions.ending import SessionEnded
from services.notifications.inbox_reader import InboxReader
from services.notifications.tracker_stream import TrackerStreams
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, ask, data, executor, gid, viewer
from tests.support.clients.recorder import Recorder
from tests.support.clients.subscriptions import TRACKER_CHANGED, run_feed, subscribe_to_tracker, wait_until
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.college import college, create_successfully

COMMENT = "mutation ($id: ID!, $text: String!) { addComment(input: {trackerId: $id, text: $text}) { errors { code } } }"
CHANGE = """
mutation ($id: ID!, $version: Int!) {
  updateTracker(input: {id: $id, version: $version, status: RESOLVED}) { errors { path code } }
}
"""


async def college_with_tracker() -> tuple[Any, Tracker]:
    tenant = await college()
    number = await create_successfully(tenant.ada, tenant.job())
    return tenant, await Tracker.get(organisation=tenant.organisation, number=number)


async def test_comments_and_changes_are_also_sent_to_their_author(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    async with subscribe_to_tracker(database, tenant.ada, tracker) as (subscription, streams):
        next_event = asyncio.create_task(subscription.event())
        await wait_until(lambda: tracker.id in streams)
        await data(tenant.ada, COMMENT, id=gid(tracker), text="Called")
        assert await next_event == {
            "kind": "COMMENTED",
            "version": 1,
            "comment": "Called",
            "tracker": {"number": 1, "version": 1},
        }
        await data(tenant.bob, CHANGE, id=gid(tracker), version=1)
        assert await subscription.event() == {
            "kind": "STATUS_CHANGED",
            "version": 2,
            "comment": None,
            "tracker": {"number": 1, "version": 2},
        }


async def test_many_concurrent_events_are_each_sent_once(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    async with subscribe_to_tracker(database, tenant.ada, tracker) as (subscription, streams):
        first = asyncio.create_task(subscription.event())
        await wait_until(lambda: tracker.id in streams)
        comments = [f"comment {number}" for number in range(30)]
        await asyncio.gather(*(data(tenant.bob, COMMENT, id=gid(tracker), text=text) for text in comments))
        events = [await first, *[await subscription.event() for _ in range(29)]]
        assert sorted(event["comment"] for event in events) == sorted(comments)


async def test_an_event_committed_before_the_first_read_is_sent_once(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    await data(tenant.bob, COMMENT, id=gid(tracker), text="Before")
    streams, sink = TrackerStreams(), Recorder()
    context = Context(INSTALLATION, InboxReader(), "", await viewer(tenant.ada), streams)
    operation = executor().prepare(Request(TRACKER_CHANGED, {"id": gid(tracker)}, None), context)
    await executor().open(operation, context, "", sink)
    await data(tenant.bob, COMMENT, id=gid(tracker), text="Between")
    with record_statements() as statements:
        async with run_feed(streams):
            await wait_until(lambda: len(sink.results) == 1)
            await data(tenant.bob, COMMENT, id=gid(tracker), text="After")
            streams.wake(str(tracker.id))
            await wait_until(lambda: len(sink.results) == 2)
            await wait_until(lambda: streams.waiting_count == 1 and tracker.id in streams)
    assert [result.result["data"]["trackerChanged"]["comment"] for result in sink.results] == ["Between", "After"]
    # The first time, it is only known after the read whose sessions are to be asked, and a poll follows.
    assert len([statement for statement in statements if "AS request (tracker_id, since, number)" in statement]) == 4


async def test_an_event_is_only_delayed_if_its_notification_is_lost(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    async with subscribe_to_tracker(database, tenant.ada, tracker, notified=False, poll_seconds=0.2) as (
        subscription,
        streams,
    ):
        next_event = asyncio.create_task(subscription.event())
        await wait_until(lambda: tracker.id in streams)
        await data(tenant.bob, COMMENT, id=gid(tracker), text="Delayed")
        assert (await next_event)["comment"] == "Delayed"


async def test_the_stream_ends_when_the_tracker_is_no_longer_visible(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    async with subscribe_to_tracker(database, tenant.tina, tracker) as (subscription, streams):
        ended = asyncio.create_task(subscription.result())
        await wait_until(lambda: tracker.id in streams)
        await Learner.filter(id=tenant.learner.id).update(tutor_id=None)
        await data(tenant.ada, COMMENT, id=gid(tracker), text="Secret")
        with pytest.raises(StopAsyncIteration):
            await ended
    assert tracker.id not in streams


async def test_the_stream_ends_with_the_session(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    async with subscribe_to_tracker(database, tenant.bob, tracker, poll_seconds=0.2) as (subscription, streams):
        ended = asyncio.create_task(subscription.result())
        await wait_until(lambda: tracker.id in streams)
        await Member.filter(id=tenant.bob.id).update(active=False)
        with pytest.raises(SessionEnded):
            await ended


async def test_an_invisible_tracker_is_not_found(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    stranger = await make.member()
    for member, id_ in ((stranger, gid(tracker)), (tenant.ada, gid(tenant.learner)), (tenant.ada, "rubbish")):
        context = Context(INSTALLATION, InboxReader(), "", await viewer(member))
        operation = executor().prepare(Request(TRACKER_CHANGED, {"id": id_}, None), context)
        async with aclosing(stream_results(executor(), operation, context, "")) as answers:
            errors = (await anext(answers)).result["errors"]
        assert [error["extensions"] for error in errors] == [{"code": "BAD_USER_INPUT", "path": ["id"]}]
    assert "data" not in await ask(None, "subscription { trackerChanged }")
