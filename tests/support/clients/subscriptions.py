"""Subscriptions to the real schema without sockets, fed by a running inbox reader."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

from models import Member, Tracker
from models.database import fetch
from schema.context import Context
from server.execution.executor_interface import SharedResult
from server.execution.result_stream import stream_results
from server.protocol.messages import Request
from server.setting_values import database_credentials
from services.kernel.channels import SESSIONS
from services.notifications.event_feed import EventFeed
from services.notifications.inbox_reader import InboxReader
from services.notifications.listener import listening
from services.notifications.tracker_stream import TrackerStreams
from services.viewer import Viewer
from tests.support.clients.graphql import INSTALLATION, executor, gid, sent, viewer

NOTIFICATION_RECEIVED = """
subscription ($after: String) {
  notificationReceived(after: $after) { cursor kind text tracker { number } actor { name } }
}
"""
TRACKER_ASSIGNED = NOTIFICATION_RECEIVED.replace("notificationReceived", "trackerAssigned")
TRACKER_CHANGED = """
subscription ($id: ID!) { trackerChanged(id: $id) { kind version comment tracker { number version } } }
"""

TIMEOUT = 20
"""Seconds that a test waits for an event before it fails."""


@asynccontextmanager
async def run_reader(database_url: str, **options: Any) -> AsyncIterator[InboxReader]:
    """Run an inbox reader on a database during the block."""
    reader = InboxReader(**options)
    async with listening(reader, database_credentials(database_url)):
        yield reader


@asynccontextmanager
async def run_feed(feed: EventFeed) -> AsyncIterator[None]:
    """Run a feed during the block, without waking it."""
    task = asyncio.create_task(feed.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Subscription:
    """A subscription whose next result must always arrive within ``TIMEOUT`` seconds."""

    def __init__(self, results: AsyncGenerator[SharedResult, None]) -> None:
        self._results = results

    async def result(self) -> dict[str, Any]:
        """Return the next execution result."""
        async with asyncio.timeout(TIMEOUT):
            return sent((await anext(self._results)).result)

    async def event(self) -> dict[str, Any]:
        """Return the notification or tracker event of the next result, which must have no errors."""
        result = await self.result()
        assert "errors" not in result, result["errors"]
        (value,) = result["data"].values()
        event: dict[str, Any] = value
        return event

    async def cursors(self, count: int) -> list[int]:
        """Return the cursors of the next ``count`` notifications."""
        return [int((await self.event())["cursor"]) for _ in range(count)]


@asynccontextmanager
async def subscribe(
    reader: InboxReader,
    subscriber: Member | Viewer | None,
    after: str | None = None,
    document: str = NOTIFICATION_RECEIVED,
) -> AsyncIterator[Subscription]:
    """Subscribe to notifications during the block, as a member or anonymously."""
    subscribing_viewer = await viewer(subscriber) if isinstance(subscriber, Member) else subscriber
    context = Context(INSTALLATION, reader, "127.0.0.1", subscribing_viewer)
    operation = executor().prepare(Request(document, {"after": after}, None), context)
    async with aclosing(stream_results(executor(), operation, context, "a request")) as results:
        yield Subscription(results)


@asynccontextmanager
async def subscribe_to_tracker(
    database_url: str, member: Member, tracker: Tracker, *, notified: bool = True, **options: Any
) -> AsyncIterator[tuple[Subscription, TrackerStreams]]:
    """Subscribe to the events of a tracker during the block; yield the subscription and the streams that feed it.

    Unless ``notified``, the streams are not woken by the database's notifications.
    """
    reader, streams = InboxReader(), TrackerStreams(**options)
    context = Context(INSTALLATION, reader, "127.0.0.1", await viewer(member), streams)
    operation = executor().prepare(Request(TRACKER_CHANGED, {"id": gid(tracker)}, None), context)
    async with (
        listening(reader, database_credentials(database_url), streams if notified else None),
        run_feed(streams if not notified else TrackerStreams()),
        aclosing(stream_results(executor(), operation, context, "a request")) as results,
    ):
        yield Subscription(results), streams


async def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(TIMEOUT):
        while not condition():
            await asyncio.sleep(0.01)


async def wait_until_listening(connections: int = 1) -> None:
    """Wait until this many connections listen on every channel, so that no NOTIFY from now on is missed."""
    last_listen = f'LISTEN "{SESSIONS}"'  # the channel that ``listening`` adds last
    query = "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND query = $1"
    async with asyncio.timeout(TIMEOUT):
        while (await fetch(f"{query} AND state = 'idle'", last_listen))[0]["count"] < connections:
            await asyncio.sleep(0.01)
