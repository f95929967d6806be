"""An open page hears of each event of its tracker: once, in order, and only while it may be seen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from models import Learner, Member, Tracker
from schema.context import Context
from server.protocol.messages import Request
from server.setting_values import database_credentials
from services.accounts.sessions import SessionEnded
from services.notifications import tracker_stream
from services.notifications.inbox_reader import InboxReader, reading
from services.notifications.tracker_stream import OpenPages
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, ask, data, executor, gid, viewer
from tests.support.clients.subscriptions import Listener, until
from tests.support.scenarios.college import college, created

HEAR = "subscription ($id: ID!) { trackerChanged(id: $id) { kind version comment tracker { number version } } }"
COMMENT = "mutation ($id: ID!, $text: String!) { addComment(input: {trackerId: $id, text: $text}) { errors { code } } }"
CHANGE = """
mutation ($id: ID!, $version: Int!) {
  updateTracker(input: {id: $id, version: $version, status: RESOLVED}) { errors { path code } }
}
"""


@asynccontextmanager
async def page(database_url: str, who: Member, tracker: Tracker) -> AsyncIterator[tuple[Listener, OpenPages]]:
    """A member's open page of a tracker, woken by PostgreSQL."""
    reader, pages = InboxReader(), OpenPages()
    context = Context(INSTALLATION, reader, "127.0.0.1", await viewer(who), pages)
    operation = executor().prepare(Request(HEAR, {"id": gid(tracker)}, None), context)
    async with (
        reading(reader, database_credentials(database_url), pages),
        aclosing(executor().subscribe(operation, context, "a request")) as answers,
    ):
        yield Listener(answers), pages


async def open_tracker() -> tuple[Any, Tracker]:
    house = await college()
    number = await created(house.ada, house.job())
    return house, await Tracker.get(organisation=house.organisation, number=number)


async def test_comments_and_changes_are_heard_also_ones_own(database: str) -> None:
    house, tracker = await open_tracker()
    async with page(database, house.ada, tracker) as (listener, pages):
        heard = asyncio.create_task(listener.hear())
        await until(lambda: tracker.id in pages._pages)
        await data(house.ada, COMMENT, id=gid(tracker), text="Called")
        assert await heard == {
            "kind": "COMMENTED",
            "version": 1,
            "comment": "Called",
            "tracker": {"number": 1, "version": 1},
        }
        await data(house.bob, CHANGE, id=gid(tracker), version=1)
        changed = await listener.hear()
        assert changed == {
            "kind": "STATUS_CHANGED",
            "version": 2,
            "comment": None,
            "tracker": {"number": 1, "version": 2},
        }


async def test_of_many_at_once_each_is_heard_once(database: str) -> None:
    house, tracker = await open_tracker()
    async with page(database, house.ada, tracker) as (listener, pages):
        first = asyncio.create_task(listener.hear())
        await until(lambda: tracker.id in pages._pages)
        said = [f"comment {number}" for number in range(30)]
        await asyncio.gather(*(data(house.bob, COMMENT, id=gid(tracker), text=text) for text in said))
        heard = [await first, *[await listener.hear() for _ in range(29)]]
        assert sorted(one["comment"] for one in heard) == sorted(said)


async def test_a_lost_wake_up_is_made_good(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    house, tracker = await open_tracker()
    monkeypatch.setattr(tracker_stream, "PATIENCE_SECONDS", 0.2)
    async with page(database, house.ada, tracker) as (listener, pages):
        heard = asyncio.create_task(listener.hear())
        await until(lambda: tracker.id in pages._pages)
        monkeypatch.setattr(pages, "wake", lambda _tracker_id: None)
        await data(house.bob, COMMENT, id=gid(tracker), text="Unheard")
        assert (await heard)["comment"] == "Unheard"


async def test_it_ends_when_the_tracker_is_no_longer_to_be_seen(database: str) -> None:
    house, tracker = await open_tracker()
    async with page(database, house.tina, tracker) as (listener, pages):
        ended = asyncio.create_task(listener.answer())
        await until(lambda: tracker.id in pages._pages)
        await Learner.filter(id=house.learner.id).update(tutor_id=None)
        await data(house.ada, COMMENT, id=gid(tracker), text="Secret")
        with pytest.raises(StopAsyncIteration):
            await ended
    assert tracker.id not in pages._pages


async def test_a_session_that_ends_ends_it(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    house, tracker = await open_tracker()
    monkeypatch.setattr(tracker_stream, "PATIENCE_SECONDS", 0.2)
    async with page(database, house.bob, tracker) as (listener, pages):
        ended = asyncio.create_task(listener.answer())
        await until(lambda: tracker.id in pages._pages)
        await Member.filter(id=house.bob.id).update(active=False)
        with pytest.raises(SessionEnded):
            await ended


async def test_what_one_may_not_see_is_no_such_tracker(database: str) -> None:
    house, tracker = await open_tracker()
    stranger = await make.member()
    for who, id_ in ((stranger, gid(tracker)), (house.ada, gid(house.learner)), (house.ada, "rubbish")):
        context = Context(INSTALLATION, InboxReader(), "", await viewer(who))
        operation = executor().prepare(Request(HEAR, {"id": id_}, None), context)
        async with aclosing(executor().subscribe(operation, context, "")) as answers:
            errors = (await anext(answers))["errors"]
        assert [error["extensions"] for error in errors] == [{"code": "BAD_USER_INPUT", "path": ["id"]}]
    assert "data" not in await ask(None, "subscription { trackerChanged }")
