"""The inbox reader: one read for all listeners, wake-ups, polling, and recovery from lost connections."""

import asyncio

import asyncpg
import pytest

from models import Member
from models.base import new_id
from models.database import database as open_database
from models.database import fetch
from server.setting_values import database_credentials
from services.accounts.sessions.current_viewers import session_key
from services.notifications.event_feed import POLLED_AT_ONCE
from services.notifications.inbox_reader import InboxReader
from services.notifications.listeners import Delivery, Listener
from tests.support import factories as make
from tests.support.clients.graphql import gid, viewer
from tests.support.clients.subscriptions import TIMEOUT, run_feed, run_reader, wait_until
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.college import College, college, create_successfully

READ = "AS request (member_id, after, index)"
LISTENING_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"
OTHER_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def assign(tenant: College, member: Member) -> None:
    await create_successfully(tenant.ada, tenant.job(assigneeId=gid(member)))


async def listen(reader: InboxReader, member: Member, after: int = 0, *, events: int = 1) -> list[Delivery]:
    """Listen with a new session until this many notifications have been delivered, and return the deliveries."""
    deliveries: list[Delivery] = []
    all_delivered = asyncio.get_running_loop().create_future()

    def deliver(delivery: Delivery) -> None:
        deliveries.append(delivery)
        if len(deliveries) < events:
            reader.ready(listener)
        else:
            all_delivered.set_result(None)

    session = session_key(await viewer(member))
    listener = Listener(member.id, member.id, session, deliver, all_delivered.set_exception, position=after)
    reader.add(listener)
    try:
        async with asyncio.timeout(TIMEOUT):
            await all_delivered
    finally:
        reader.remove(listener)
    return deliveries


async def next_cursors(reader: InboxReader, member: Member, after: int = 0, *, events: int = 1) -> list[int]:
    return [delivery.event.cursor for delivery in await listen(reader, member, after, events=events)]


async def listening_backends(connection: asyncpg.Connection) -> set[int]:
    """Wait until a backend listens, and return the process ids of all that do."""
    async with asyncio.timeout(TIMEOUT):
        while not (backends := {row["pid"] for row in await connection.fetch(LISTENING_BACKENDS)}):
            await asyncio.sleep(0.02)
    return backends


async def test_notifications_are_read_in_batches_of_a_hundred(database: str) -> None:
    tenant = await college()
    tracker = await make.tracker(tenant.organisation)
    for _ in range(101):
        await make.notification(tracker, tenant.bob)
    async with run_reader(database) as reader:
        with record_statements() as statements:
            assert await next_cursors(reader, tenant.bob, events=101) == list(range(1, 102))
        # Two batches are read, and the session is asked for each event.
        assert len([statement for statement in statements if READ in statement]) == 2 + 101
        assert await next_cursors(reader, tenant.bob, 100) == [101]
        assert await next_cursors(reader, tenant.bob, 98, events=3) == [99, 100, 101]
        assert reader.waiting_count == 0


async def test_a_notification_wakes_its_recipient(database: str) -> None:
    tenant = await college()
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with run_reader(database, poll_seconds=3600.0) as reader:
            await listening_backends(connection)
            batch_task = asyncio.create_task(next_cursors(reader, tenant.bob))
            await wait_until(lambda: reader.waiting_count == 1)
            assert not reader.woken.is_set()
            await connection.execute("NOTIFY trackers, 'rubbish'")
            await assign(tenant, tenant.bob)
            assert await batch_task == [1]
            assert reader.woken.is_set()
    finally:
        await connection.close()


async def test_an_event_is_read_once_for_500_listeners_whose_sessions_are_asked_at_once(database: str) -> None:
    tenant = await college()
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with run_reader(database, poll_seconds=3600.0) as reader:
            await listening_backends(connection)
            tasks = [asyncio.create_task(listen(reader, tenant.bob)) for _ in range(500)]
            await wait_until(lambda: reader.waiting_count == 500 and tenant.bob.id in reader)
            with record_statements() as statements:
                await assign(tenant, tenant.bob)
                deliveries = await asyncio.gather(*tasks)
    finally:
        await connection.close()
    assert len({id(delivery) for (delivery,) in deliveries}) == 1
    assert len([statement for statement in statements if READ in statement]) == 1


async def test_members_who_wait_share_a_statement(database: str) -> None:
    tenant = await college()
    members = [await make.member(tenant.organisation) for _ in range(20)]
    tracker = await make.tracker(tenant.organisation)
    reader = InboxReader(poll_seconds=3600.0)
    tasks = [asyncio.create_task(next_cursors(reader, member)) for member in members]
    await wait_until(lambda: reader.waiting_count == 20)
    for member in members:
        await make.notification(tracker, member)
    with record_statements() as statements:
        async with run_feed(reader):
            assert await asyncio.gather(*tasks) == [[1]] * 20
    # As nothing woke them, it is only known after the read whose sessions are to be asked.
    assert len([statement for statement in statements if READ in statement]) == 2


async def test_a_poll_reads_some_inboxes_at_a_time_and_wake_ups_have_their_turn(database: str) -> None:
    tenant = await college()
    session = session_key(await viewer(tenant.bob))
    reader, checked = InboxReader(poll_seconds=3600.0), 2 * POLLED_AT_ONCE + 1
    for _ in range(checked):  # of members that are not in the database, so that nothing is delivered
        member_id = new_id()
        reader.add(Listener(member_id, member_id, session, lambda _: None, lambda _: None, position=0))
    reader._due.clear()
    task = asyncio.create_task(next_cursors(reader, tenant.bob))
    await asyncio.sleep(0)
    await make.notification(await make.tracker(tenant.organisation), tenant.bob)
    with record_statements() as statements:
        async with run_feed(reader):
            assert await task == [1]
            await wait_until(lambda: not reader._unpolled)
    # The inbox that is due comes before the poll, and its member's session after it.
    assert len([statement for statement in statements if READ in statement]) == 2 + 3


async def test_the_reader_polls_without_wake_ups(database: str) -> None:
    tenant = await college()
    reader = InboxReader(poll_seconds=0.1)
    reader_task = asyncio.create_task(reader.run())
    try:
        batch_task = asyncio.create_task(next_cursors(reader, tenant.bob))
        await wait_until(lambda: reader.waiting_count == 1)
        await assign(tenant, tenant.bob)
        assert await batch_task == [1]
    finally:
        reader_task.cancel()
        await asyncio.gather(reader_task, return_exceptions=True)


@pytest.mark.slow
async def test_a_lost_listen_connection_is_replaced_without_losing_notifications(database: str) -> None:
    tenant = await college()
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with run_reader(database, poll_seconds=0.2) as reader:
            (first,) = await listening_backends(connection)
            batch_task = asyncio.create_task(next_cursors(reader, tenant.bob))
            await wait_until(lambda: reader.waiting_count == 1)
            assert await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", first)
            await assign(tenant, tenant.bob)
            assert await batch_task == [1]
            (second,) = await listening_backends(connection)
            assert second != first
            batch_task = asyncio.create_task(next_cursors(reader, tenant.bob, 1))
            await assign(tenant, tenant.bob)
            assert await batch_task == [2]
    finally:
        await connection.close()


@pytest.mark.slow
async def test_the_reader_survives_the_loss_of_every_connection(database: str) -> None:
    tenant = await college()
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with run_reader(database, poll_seconds=0.2) as reader:
            await listening_backends(connection)
            for after in range(3):
                batch_task = asyncio.create_task(next_cursors(reader, tenant.bob, after))
                await wait_until(lambda: reader.waiting_count == 1)
                for row in await connection.fetch(OTHER_BACKENDS):
                    await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", row["pid"])
                await _wait_until_pool_recovers()
                await assign(tenant, tenant.bob)
                assert await batch_task == [after + 1]
    finally:
        await connection.close()


async def _wait_until_pool_recovers() -> None:
    async with asyncio.timeout(TIMEOUT):
        for _ in range(30):  # each dead connection fails once
            try:
                await fetch("SELECT 1")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_the_reader_retries_after_an_outage_of_the_database(database_url: str) -> None:
    reader = InboxReader()
    delivered: asyncio.Future[Delivery] = asyncio.get_running_loop().create_future()
    async with open_database(database_credentials(database_url)):
        bob = await make.member()
        await make.notification(await make.tracker(bob.organisation), bob)
        session = session_key(await viewer(bob))
    reader.add(Listener(bob.id, bob.id, session, delivered.set_result, delivered.set_exception, position=0))
    async with run_feed(reader):
        await asyncio.sleep(0.1)  # the reader fails, because there is no pool
        async with open_database(database_credentials(database_url)), asyncio.timeout(TIMEOUT):
            assert (await delivered).event.cursor == 1
