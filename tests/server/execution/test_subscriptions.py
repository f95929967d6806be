"""Subscriptions share what they can: an event is read, executed and encoded once for each document and member."""

import asyncio
from functools import partial

from models import Member
from schema.context import Context
from server.execution.executor_interface import OpenSubscription, SharedResult
from server.protocol.messages import Request
from services.notifications.inbox_reader import InboxReader
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, executor, sent, viewer
from tests.support.clients.subscriptions import NOTIFICATION_RECEIVED, run_feed, wait_until
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.college import college

CURSORS = "subscription { notificationReceived { cursor } }"
COUNT = """
subscription ($filter: TrackerFilter = { status: [CLOSED] }) {
  notificationReceived { tracker { learner { trackers(filter: $filter) { totalCount } } } }
}
"""


class Recorder:
    """A sink that keeps results, and is ready for the next only if it is not slow."""

    def __init__(self, *, is_slow: bool = False) -> None:
        self.results: list[SharedResult] = []
        self.is_slow = is_slow
        self.subscription: OpenSubscription | None = None

    def deliver(self, result: SharedResult) -> bool:
        self.results.append(result)
        return not self.is_slow

    def end(self, reason: Exception | None) -> None:
        raise AssertionError(reason)

    def has_received(self, count: int) -> bool:
        return len(self.results) >= count

    @property
    def cursors(self) -> list[int]:
        return [int(sent(result.result)["data"]["notificationReceived"]["cursor"]) for result in self.results]


async def open_with(reader: InboxReader, member: Member, document: str, after: str | None, sink: Recorder) -> None:
    """Subscribe with a new session."""
    context = Context(INSTALLATION, reader, "127.0.0.1", await viewer(member))
    operation = executor().prepare(Request(document, {"after": after} if after else {}), context)
    sink.subscription = await executor().open(operation, context, "a request", sink)


async def test_an_event_is_executed_and_encoded_once_for_each_document(database: str) -> None:
    tenant = await college()
    reader = InboxReader(poll_seconds=3600)
    full, short = [Recorder() for _ in range(30)], [Recorder() for _ in range(10)]
    async with run_feed(reader):
        for number, sink in enumerate(full):  # a variable that only chooses the events makes no difference
            await open_with(reader, tenant.bob, NOTIFICATION_RECEIVED, "0" if number % 2 else None, sink)
        for sink in short:
            await open_with(reader, tenant.bob, CURSORS, None, sink)
        await wait_until(lambda: reader.waiting_count == 40 and tenant.bob.id in reader)
        await make.notification(await make.tracker(tenant.organisation), tenant.bob, actor=tenant.ada)
        with record_statements() as statements:
            reader.wake(str(tenant.bob.id))
            await wait_until(lambda: all(len(sink.results) == 1 for sink in [*full, *short]))
    assert len({id(sink.results[0]) for sink in full}) == 1
    assert len({id(sink.results[0].encoded) for sink in full}) == 1
    assert len({id(sink.results[0]) for sink in short}) == 1
    # The event with all sessions, and the rows that the longer document selects.
    assert len([statement for statement in statements if "notification" in statement]) == 2


async def test_a_slow_subscription_holds_up_no_other(database: str) -> None:
    tenant = await college()
    tracker = await make.tracker(tenant.organisation)
    reader = InboxReader(poll_seconds=3600)
    slow, quick = Recorder(is_slow=True), Recorder()
    async with run_feed(reader):
        for sink in (slow, quick):
            await open_with(reader, tenant.bob, NOTIFICATION_RECEIVED, None, sink)
        await wait_until(lambda: reader.waiting_count == 2 and tenant.bob.id in reader)
        for _ in range(5):
            await make.notification(tracker, tenant.bob)
        reader.wake(str(tenant.bob.id))
        await wait_until(lambda: len(quick.results) == 5)
        assert (slow.cursors, quick.cursors) == ([1], [1, 2, 3, 4, 5])
        for count in range(2, 6):
            assert slow.subscription is not None
            slow.subscription.resume()
            await wait_until(partial(slow.has_received, count))
        await asyncio.sleep(0.05)
        assert slow.cursors == [1, 2, 3, 4, 5]


async def test_an_absent_variable_is_not_shared_with_null(database: str) -> None:
    tenant = await college()
    reader = InboxReader(poll_seconds=3600)
    absent, null = Recorder(), Recorder()
    async with run_feed(reader):
        for sink, variables in ((absent, {}), (null, {"filter": None})):
            context = Context(INSTALLATION, reader, "127.0.0.1", await viewer(tenant.ada))
            operation = executor().prepare(Request(COUNT, variables), context)
            sink.subscription = await executor().open(operation, context, "a request", sink)
        await wait_until(lambda: reader.waiting_count == 2 and tenant.ada.id in reader)
        await make.notification(await make.tracker(tenant.organisation), tenant.ada)
        reader.wake(str(tenant.ada.id))
        await wait_until(lambda: bool(absent.results and null.results))
    counts = [
        sent(sink.results[0].result)["data"]["notificationReceived"]["tracker"]["learner"]["trackers"]["totalCount"]
        for sink in (absent, null)
    ]
    assert counts == [0, 1]
