"""Wake-ups: sent after the commit, once each, by one statement at a time, and not at all after a rollback."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import asyncpg
import pytest

from models.database import database as connected_models
from models.database import fetch, transaction
from models.wake_ups import WakeUp, announce, listening_locally, subject_of
from server.setting_values import database_credentials
from tests.support.clients.subscriptions import wait_until
from tests.support.databases.postgres import administer

CHANNEL = "wake_ups"
SENDERS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'SELECT pg_notify%' AND pid <> pg_backend_pid()
"""


@pytest.fixture
async def received(database: str) -> AsyncIterator[list[str]]:
    """Listen as another process would, and yield the payloads that arrive."""
    payloads: list[str] = []
    connection = await asyncpg.connect(**database_credentials(database))
    await connection.add_listener(CHANNEL, lambda *event: payloads.append(str(event[3]).split()[0]))
    yield payloads
    await connection.close()


@contextmanager
def heard_here() -> Iterator[list[str]]:
    subjects: list[str] = []
    with listening_locally([(CHANNEL, subjects.append)]):
        yield subjects


def announced(*subjects: str) -> None:
    announce(WakeUp(CHANNEL, subject) for subject in subjects)


def arrival(received: list[str], *subjects: str) -> Callable[[], bool]:
    return lambda: received == list(subjects)


async def announce_and_fail(subject: str) -> None:
    async with transaction():
        announced(subject)
        raise ZeroDivisionError


async def insert_orphan() -> None:
    async with transaction():
        await fetch("INSERT INTO child VALUES (1)")
        announced("perhaps")


async def test_wake_ups_are_sent_after_the_commit_and_each_once(database: str, received: list[str]) -> None:
    with heard_here() as heard:
        async with transaction():
            announced("one", "two")
            async with transaction():
                announced("two", "three")
            await fetch("SELECT pg_sleep(0.05)")
            assert heard == received == []
        assert heard == ["one", "two", "three"]
    await wait_until(arrival(received, "one", "two", "three"))


async def test_what_is_rolled_back_wakes_nobody(database: str, received: list[str]) -> None:
    with heard_here() as heard:
        with pytest.raises(ZeroDivisionError):
            await announce_and_fail("lost")
        async with transaction():
            announced("kept")
            with pytest.raises(ZeroDivisionError):
                await announce_and_fail("lost savepoint")
        assert heard == ["kept"]
    await wait_until(arrival(received, "kept"))


async def test_a_commit_that_fails_wakes_all_the_same(database: str, received: list[str]) -> None:
    await fetch("CREATE TABLE parent (id int PRIMARY KEY)")
    await fetch("CREATE TABLE child (parent_id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await insert_orphan()
    await wait_until(arrival(received, "perhaps"))


async def test_wake_ups_that_wait_for_a_statement_are_sent_together(database: str, received: list[str]) -> None:
    for number in range(100):
        announced(f"{number % 30}")
    announced("first")
    await wait_until(lambda: len(received) == 31)
    assert len(await fetch(SENDERS)) == 1
    assert sorted(received) == sorted([*map(str, range(30)), "first"])


async def test_a_process_does_not_hear_its_own_wake_ups_twice(database: str) -> None:
    payloads: list[str] = []
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        await connection.add_listener(CHANNEL, lambda *event: payloads.append(str(event[3])))
        announced("here")
        await wait_until(lambda: len(payloads) == 1)
    finally:
        await connection.close()
    assert subject_of(payloads[0]) is None
    assert subject_of("here 00000000") == "here"
    assert subject_of("here") == "here"


async def test_a_lost_connection_is_replaced(database: str, received: list[str]) -> None:
    announced("before")
    await wait_until(arrival(received, "before"))
    for row in await fetch(SENDERS):
        await fetch("SELECT pg_terminate_backend($1, 5000)", row["pid"])
    announced("after")
    await wait_until(arrival(received, "before", "after"))


async def test_a_thread_with_an_event_loop_of_its_own_sends_wake_ups_too(database: str, received: list[str]) -> None:
    async def announce_in_thread() -> None:
        announced("elsewhere")

    with heard_here() as heard:
        await asyncio.to_thread(asyncio.run, announce_in_thread())
        await wait_until(arrival(received, "elsewhere"))
    assert heard == ["elsewhere"]


async def test_what_is_left_is_sent_before_a_process_ends(database_url: str) -> None:
    payloads: list[str] = []
    connection = await asyncpg.connect(**database_credentials(database_url))
    try:
        await connection.add_listener(CHANNEL, lambda *event: payloads.append(str(event[3]).split()[0]))
        async with connected_models(database_credentials(database_url)):
            announced("last")
        async with asyncio.timeout(10):
            while payloads != ["last"]:
                await asyncio.sleep(0.01)
    finally:
        await connection.close()


async def test_wake_ups_that_cannot_be_sent_fail_nothing(
    postgres: str, database: str, received: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    name = (await fetch("SELECT current_database() AS name"))[0]["name"]
    await administer(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    with heard_here() as heard:
        announced("one")
        await wait_until(lambda: bool(caplog.records))
    assert heard == ["one"]
    assert [record.getMessage() for record in caplog.records] == [
        "wake-ups could not be sent, so others find the changes later: ObjectNotInPrerequisiteStateError"
    ]
    await administer(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    announced("two")
    await wait_until(arrival(received, "two"))
