"""Subscriptions share what they can: an event is read, executed and encoded once for each document and member."""

import asyncio

import pytest

from models import Learner, Member, MemberKind, Notification, Tracker
from schema.context import Context
from server.execution.executor_interface import SharedResult
from server.protocol.messages import Request
from services.files.signed_urls import verify_signed_path
from services.notifications.inbox_reader import InboxReader
from services.viewer import Viewer
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, executor, sent, viewer
from tests.support.clients.recorder import Recorder, received
from tests.support.clients.subscriptions import NOTIFICATION_RECEIVED, run_feed, wait_until
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.college import college, create_successfully
from tests.support.scenarios.uploads import create_upload, evidence_values

CURSORS = "subscription { notificationReceived { cursor } }"
COUNT = """
subscription ($filter: TrackerFilter = { status: [CLOSED] }) {
  notificationReceived { tracker { learner { trackers(filter: $filter) { totalCount } } } }
}
"""


async def open_with(reader: InboxReader, member: Member, document: str, after: str | None, sink: Recorder) -> None:
    """Subscribe with a new session."""
    await open_as(reader, await viewer(member), Request(document, {"after": after} if after else {}), sink)


async def open_as(reader: InboxReader, subscriber: Viewer, request: Request, sink: Recorder) -> None:
    context = Context(INSTALLATION, reader, "127.0.0.1", subscriber)
    operation = executor().prepare(request, context)
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
            await wait_until(received(1, *full, *short))
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
        await wait_until(received(5, quick))
        assert (slow.cursors, quick.cursors) == ([1], [1, 2, 3, 4, 5])
        for count in range(2, 6):
            assert slow.subscription is not None
            slow.subscription.resume()
            await wait_until(received(count, slow))
        await asyncio.sleep(0.05)
        assert slow.cursors == [1, 2, 3, 4, 5]


class FailingSink(Recorder):
    """A sink that takes no result."""

    def __init__(self) -> None:
        super().__init__()
        self.reasons: list[str] = []

    def deliver(self, result: SharedResult) -> bool:
        raise RuntimeError("full")

    def end(self, reason: Exception | None) -> None:
        self.reasons.append(str(reason))
        raise RuntimeError("closed")


async def test_a_sink_that_fails_ends_its_own_subscription_only(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    tenant = await college()
    reader = InboxReader(poll_seconds=3600)
    failing, others = FailingSink(), [Recorder() for _ in range(3)]
    async with run_feed(reader):
        for sink in (others[0], failing, *others[1:]):
            await open_with(reader, tenant.bob, CURSORS, None, sink)
        await wait_until(lambda: reader.waiting_count == 4 and tenant.bob.id in reader)
        for count in (1, 2):
            await make.notification(await make.tracker(tenant.organisation), tenant.bob)
            reader.wake(str(tenant.bob.id))
            await wait_until(received(count, *others))
        await wait_until(lambda: reader.waiting_count == 3)
    assert failing.reasons == ["full"]
    assert "builtins.RuntimeError" in caplog.text


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
        await wait_until(received(1, absent, null))
    counts = [
        sent(sink.results[0].result)["data"]["notificationReceived"]["tracker"]["learner"]["trackers"]["totalCount"]
        for sink in (absent, null)
    ]
    assert counts == [0, 1]


async def test_a_woken_member_costs_one_statement(database: str) -> None:
    tenant = await college()
    tracker = await make.tracker(tenant.organisation)
    reader = InboxReader(poll_seconds=3600)
    sinks = [Recorder() for _ in range(20)]
    async with run_feed(reader):
        for sink in sinks:
            await open_with(reader, tenant.bob, NOTIFICATION_RECEIVED, None, sink)
        await wait_until(lambda: reader.waiting_count == 20 and tenant.bob.id in reader)
        counts = []
        for number in (1, 2, 3):
            await make.notification(tracker, tenant.bob, actor=tenant.ada)
            with record_statements() as statements:
                reader.wake(str(tenant.bob.id))
                await wait_until(received(number, *sinks))
            counts.append(sum("notification" in statement for statement in statements))
    assert counts == [2, 1, 1]  # at first the member is not known, on whose rights the rows depend
    (result,) = {id(sink.results[-1]): sink.notifications[-1] for sink in sinks}.values()
    assert result == {
        "cursor": "3",
        "kind": "ASSIGNED",
        "text": f"Ada assigned {(await tracker.type).name} tracker 1 to you.",
        "tracker": {"number": 1},
        "actor": {"name": "Ada"},
    }


async def test_rights_that_have_changed_decide_what_is_sent(database: str) -> None:
    tenant = await college()
    tracker = await make.tracker(tenant.organisation, learner=tenant.learner)
    reader = InboxReader(poll_seconds=3600)
    bob, tina = Recorder(), Recorder()
    async with run_feed(reader):

        async def numbers() -> list[int | None]:
            """Send both a notification, and return the number of the tracker that each sees."""
            count = len(bob.results) + 1
            for member in (tenant.bob, tenant.tina):
                await make.notification(tracker, member)
                reader.wake(str(member.id))
            await wait_until(received(count, bob, tina))
            trackers = [sink.notifications[-1]["tracker"] for sink in (bob, tina)]
            return [seen and seen["number"] for seen in trackers]

        for member, sink in ((tenant.bob, bob), (tenant.tina, tina)):
            await open_with(reader, member, NOTIFICATION_RECEIVED, None, sink)
        await wait_until(lambda: reader.waiting_count == 2 and tenant.tina.id in reader)
        assert [await numbers() for _ in range(3)] == [[1, 1]] * 3
        await Member.filter(id=tenant.bob.id).update(kind=MemberKind.TUTOR)
        assert [await numbers() for _ in range(2)] == [[None, 1]] * 2
        await Learner.filter(id=tenant.learner.id).update(tutor_id=tenant.bob.id)
        assert [await numbers() for _ in range(2)] == [[1, None]] * 2
        await Member.filter(id=tenant.tina.id).update(kind=MemberKind.ADMINISTRATOR)
        assert [await numbers() for _ in range(2)] == [[1, 1]] * 2


async def test_a_notification_deleted_before_it_is_sent_has_no_rows_of_earlier_rights(database: str) -> None:
    tenant = await college()
    tracker = await make.tracker(tenant.organisation, learner=tenant.learner)
    reader, quick, slow = InboxReader(poll_seconds=3600), Recorder(), Recorder(is_slow=True)
    async with run_feed(reader):
        for sink in (quick, slow):
            await open_with(reader, tenant.tina, NOTIFICATION_RECEIVED, None, sink)
        for count in (1, 2, 3):  # the last ones are read by the quick one, with their rows
            await make.notification(tracker, tenant.tina)
            reader.wake(str(tenant.tina.id))
            await wait_until(received(count, quick))
        assert slow.subscription is not None
        slow.subscription.resume()
        await wait_until(received(2, slow))
        await make.notification(tracker, tenant.tina)
        await Learner.filter(id=tenant.learner.id).update(tutor_id=None)
        await Notification.filter(recipient_id=tenant.tina.id).delete()
        slow.subscription.resume()
        await wait_until(received(3, slow))
    assert [notification["tracker"] for notification in slow.notifications] == [{"number": 1}] * 2 + [None]


async def test_an_address_of_a_file_is_only_for_the_session_that_it_is_sent_to(database: str) -> None:
    tenant = await college()
    job = tenant.job()
    evidence = evidence_values(await create_upload(tenant, tenant.ada))
    await create_successfully(tenant.ada, job | {"values": [*job["values"], *evidence]})
    tracker = await Tracker.get()
    files = "values { ... on FileValue { files { url } } }"
    documents = [
        f"subscription {{ notificationReceived {{ tracker {{ {files} }} }} }}",
        "subscription { notificationReceived { ...N } } fragment N on Notification { cursor tracker { ...T } } "
        f"fragment T on Tracker {{ {files.replace('url', 'kind: url')} }}",
    ]
    viewers = [await viewer(tenant.bob) for _ in range(2)]
    reader = InboxReader(poll_seconds=3600)
    opened = [(subscriber, document, Recorder()) for subscriber in viewers for document in documents for _ in range(2)]
    async with run_feed(reader):
        for subscriber, document, sink in opened:
            await open_as(reader, subscriber, Request(document), sink)
        await wait_until(lambda: reader.waiting_count == 8 and tenant.bob.id in reader)
        for count in (1, 2):
            await make.notification(tracker, tenant.bob)
            reader.wake(str(tenant.bob.id))
            await wait_until(received(count, *(sink for _, _, sink in opened)))
    for subscriber, _, sink in opened:
        for notification in sink.notifications:
            ((file,),) = [value["files"] for value in notification["tracker"]["values"] if value]
            (url,) = file.values()
            grant = verify_signed_path(INSTALLATION, url.removeprefix(f"{INSTALLATION.public_url}/files/"))
            assert grant is not None
            assert grant.session_id == subscriber.session_id
    assert len({id(sink.results[1]) for _, _, sink in opened}) == 4  # two documents of two sessions
