"""Events are paid for, and come later if the bucket is empty; operations that select the same share what is read."""

import asyncio

from models import Member, TrackerEventKind
from resolvers.schema_root import make_schema
from schema.context import Context
from server.execution.executor import GraphQLExecutor
from server.execution.executor_interface import Operation
from server.limits import Limits
from server.protocol.messages import Request
from services.history import write_event
from services.notifications.inbox_reader import InboxReader
from services.notifications.tracker_stream import TrackerStreams
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, executor, gid, sent, viewer
from tests.support.clients.recorder import Recorder, received
from tests.support.clients.subscriptions import NOTIFICATION_RECEIVED, run_feed, wait_until
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.college import College, college

EVENTS = 12


async def missed(tenant: College) -> None:
    """Send Bob notifications before he subscribes."""
    tracker = await make.tracker(tenant.organisation)
    for _ in range(EVENTS):
        await make.notification(tracker, tenant.bob)


async def prices(tenant: College) -> tuple[int, int]:
    """Return what the first subscription with the document costs, and what each event costs."""
    context = Context(INSTALLATION, InboxReader(), "127.0.0.1", await viewer(tenant.bob))
    other = GraphQLExecutor(make_schema(), Limits(cost_refill=1))
    charge = other.prepare(Request(NOTIFICATION_RECEIVED, {"after": "0"}), context).charge
    return charge.bucket - charge.left, charge.requested


async def resume(
    paying: GraphQLExecutor, reader: InboxReader, member: Member, sink: Recorder, request_id: str = "r"
) -> Operation:
    """Subscribe to all notifications that a member has ever had."""
    context = Context(INSTALLATION, reader, "127.0.0.1", await viewer(member))
    operation = paying.prepare(Request(NOTIFICATION_RECEIVED, {"after": "0"}), context)
    sink.subscription = await paying.open(operation, context, request_id, sink)
    return operation


def left(paying: GraphQLExecutor, operation: Operation) -> int:
    """Return what is left in the bucket of an operation's client; less than nothing if it owes something."""
    return int(operation.charge.bucket - paying._budgets._members._bucket(operation.client_key.name).spent)


async def test_every_event_that_is_delivered_is_paid_for(database: str) -> None:
    tenant, reader, sink = await college(), InboxReader(poll_seconds=3600), Recorder()
    await missed(tenant)
    paying = GraphQLExecutor(make_schema(), Limits(cost_refill=1))
    async with run_feed(reader):
        operation = await resume(paying, reader, tenant.bob, sink)
        opened = operation.charge
        await wait_until(received(EVENTS, sink))
    assert sink.cursors == list(range(1, EVENTS + 1))
    # The first event is paid for with the subscription, and one that has not happened yet is paid for already.
    assert opened.left - left(paying, operation) in range(EVENTS * opened.requested - 20, EVENTS * opened.requested + 1)


async def test_events_wait_while_the_bucket_is_empty(database: str) -> None:
    tenant, reader, sink, other = await college(), InboxReader(poll_seconds=3600), Recorder(), Recorder()
    await missed(tenant)
    first, cost = await prices(tenant)
    paying = GraphQLExecutor(make_schema(), Limits(max_cost=cost, cost_bucket=first + 2 * cost, cost_refill=1))
    async with run_feed(reader):
        operation = await resume(paying, reader, tenant.bob, sink)
        await wait_until(received(3, sink))
        await make.notification(await make.tracker(tenant.organisation), tenant.ada)
        await resume(paying, reader, tenant.ada, other)  # of another bucket
        await wait_until(received(1, other))
        assert sink.cursors == [1, 2, 3]
        assert left(paying, operation) in (-cost, 1 - cost)  # the next event is owed
        assert sink.subscription is not None
        sink.subscription.close()
    assert len(paying._concurrency) == 1


async def test_all_events_arrive_in_order_behind_an_empty_bucket(database: str) -> None:
    tenant, reader, sinks = await college(), InboxReader(poll_seconds=3600), [Recorder() for _ in range(3)]
    await missed(tenant)
    first, cost = await prices(tenant)
    limits = Limits(max_cost=cost, cost_bucket=first + 4 * cost, cost_refill=5_000)
    paying = GraphQLExecutor(make_schema(), limits)
    async with run_feed(reader):
        for sink in sinks:
            await resume(paying, reader, tenant.bob, sink)
        await wait_until(received(EVENTS, *sinks))
        await asyncio.sleep(0.05)
    assert [sink.cursors for sink in sinks] == [list(range(1, EVENTS + 1))] * 3


async def test_documents_that_select_the_same_of_an_event_share_one_read(database: str) -> None:
    tenant, streams = await college(), TrackerStreams(poll_seconds=3600)
    tracker = await make.tracker(tenant.organisation)
    sinks = [Recorder() for _ in range(40)]
    async with run_feed(streams):
        for number, sink in enumerate(sinks):
            context = Context(INSTALLATION, InboxReader(), "127.0.0.1", await viewer(tenant.ada), streams)
            selection = f"a{number}: kind tracker {{ b{number}: number }}"
            document = f"subscription ($id: ID!) {{ trackerChanged(id: $id) {{ {selection} }} }}"
            operation = executor().prepare(Request(document, {"id": gid(tracker)}), context)
            sink.subscription = await executor().open(operation, context, "r", sink)
        await wait_until(lambda: streams.waiting_count == len(sinks) and tracker.id in streams)
        await write_event(tracker, TrackerEventKind.COMMENTED, version=1, actor_id=None, comment="!")
        with record_statements() as statements:
            streams.wake(str(tracker.id))
            await wait_until(received(1, *sinks))
    assert len([statement for statement in statements if "tracker_event" in statement]) == 2
    assert [sent(sink.results[0].result)["data"]["trackerChanged"] for sink in sinks] == [
        {f"a{number}": "COMMENTED", "tracker": {f"b{number}": tracker.number}} for number in range(len(sinks))
    ]
