"""The automation worker: scheduling, concurrency, failures and outages of the database."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from models import Learner, Tracker, TrackerEvent, TrackerStatus
from models.database import fetch, transaction
from server.setting_values import database_credentials
from services.automations import worker
from services.automations.worker import apply_due, run_automations
from services.kernel.dates import time_until_midnight
from tests.support.clients.tracker_updates import notified_kinds
from tests.support.databases.postgres import administer
from tests.support.databases.query_plans import plan_nodes
from tests.support.scenarios.automations import Provider, history, learner_record, make_provider, with_changed_fields
from tests.support.scenarios.form_samples.automation_forms import NEW_ADDRESS, TODAY

TOMORROW = TODAY + dt.timedelta(days=1)
SCHEDULED = NEW_ADDRESS | {"effectiveDate": TOMORROW}
PRECONDITION_FAILED = (
    "The learner's programme status is 'Withdrawn'. It must be one of 'Active', 'Entered assessment (EPA)'."
)
NEW_ADDRESS = {
    "postcode": "YO1 7HH",
    "address_line1": "3 Low Lane",
    "address_line2": None,
    "address_line3": "York",
    "address_line4": None,
}


async def schedule(provider: Provider) -> Tracker:
    """Create a change of address that is approved for tomorrow."""
    return await provider.approve(await provider.create("CHANGE_OF_ADDRESS", SCHEDULED))


async def tracker_state(tracker: Tracker) -> tuple[TrackerStatus, dt.date | None, int]:
    row = await Tracker.get(id=tracker.id)
    return row.status, row.applies_on, row.version


@pytest.mark.parametrize(
    ("index", "statement", "values"),
    [("tracker_waiting", worker._SELECT_NEXT_DUE, (TODAY, [])), ("tracker_failed", worker._COUNT_FAILED, ())],
)
async def test_due_and_failed_trackers_have_indexes(
    database: str, index: str, statement: str, values: tuple[object, ...]
) -> None:
    async with transaction():
        await fetch("SET LOCAL enable_seqscan = off")  # which would be used for so small a table
        plan = await plan_nodes((statement, values))
    assert {node.get("Index Name") for node in plan if "Relation Name" in node} == {index}


async def test_an_automation_is_applied_on_its_effective_date(database: str) -> None:
    provider = await make_provider()
    before, tracker = await learner_record(provider.lena), await schedule(provider)
    assert await apply_due(day=TODAY) == 0
    assert await learner_record(provider.lena) == before
    assert await tracker_state(tracker) == (TrackerStatus.APPROVED, TOMORROW, 2)

    assert await apply_due(day=TOMORROW) == 1

    assert await learner_record(provider.lena) == with_changed_fields(before, {"learner": NEW_ADDRESS})
    assert await tracker_state(tracker) == (TrackerStatus.RESOLVED, None, 3)
    assert (await Learner.get(id=provider.lena.id)).changed_at is not None
    assert (await history(tracker))[2:] == [("APPLIED", None, 3, None)]
    assert await notified_kinds(provider.olga, provider.paul) == {
        "Olga": ["STATUS_CHANGED", "APPLIED"],
        "Paul": ["APPLIED"],
    }
    assert await Tracker.all().count() == 2  # with the follow-up
    assert await apply_due(day=TOMORROW) == 0


async def test_an_automation_is_applied_after_its_effective_date(database: str) -> None:
    provider = await make_provider()
    tracker = await schedule(provider)
    assert await apply_due(day=TOMORROW + dt.timedelta(days=9)) == 1
    assert await tracker_state(tracker) == (TrackerStatus.RESOLVED, None, 3)


async def test_concurrent_workers_apply_each_automation_once(database: str) -> None:
    offices = [await make_provider() for _ in range(4)]
    trackers = [await schedule(provider) for provider in offices]
    assert sum(await asyncio.gather(*(apply_due(day=TOMORROW) for _ in range(6)))) == 4
    for tracker in trackers:
        assert [kind for kind, *_ in await history(tracker)] == ["CREATED", "STATUS_CHANGED", "APPLIED"]
    assert await Tracker.filter(created_by=None).count() == 4


async def test_a_tracker_locked_by_another_process_is_skipped(database: str) -> None:
    locked_tracker, unlocked_tracker = await schedule(await make_provider()), await schedule(await make_provider())
    other = await asyncpg.connect(**database_credentials(database))
    try:
        async with other.transaction():
            await other.fetch("SELECT FROM tracker WHERE id = $1 FOR UPDATE", locked_tracker.id)
            assert await apply_due(day=TOMORROW) == 1
    finally:
        await other.close()
    assert [(await tracker_state(tracker))[0] for tracker in (locked_tracker, unlocked_tracker)] == [
        TrackerStatus.APPROVED,
        TrackerStatus.RESOLVED,
    ]


async def test_a_failed_automation_is_retried_only_after_another_approval(database: str) -> None:
    provider = await make_provider()
    tracker, before = await schedule(provider), await learner_record(provider.lena)
    await Learner.filter(id=provider.lena.id).update(programme_status="WITHDRAWN")
    assert await apply_due(day=TOMORROW) == 0
    assert await tracker_state(tracker) == (TrackerStatus.APPROVED, None, 3)
    assert (await history(tracker))[2:] == [("APPLY_FAILED", None, 3, PRECONDITION_FAILED)]
    assert await learner_record(provider.lena) == with_changed_fields(
        before, {"learner": {"programme_status": "WITHDRAWN"}}
    )
    assert await notified_kinds(provider.olga, provider.paul) == {
        "Olga": ["STATUS_CHANGED", "APPLY_FAILED"],
        "Paul": ["APPLY_FAILED"],
    }
    assert await apply_due(day=TOMORROW) == 0  # it is not retried automatically
    assert len(await history(tracker)) == 3

    await Learner.filter(id=provider.lena.id).update(programme_status="ACTIVE")
    assert (await provider.approve(tracker)).applies_on == TOMORROW
    assert await apply_due(day=TOMORROW) == 1
    assert await learner_record(provider.lena) == with_changed_fields(before, {"learner": NEW_ADDRESS})
    assert [kind for kind, *_ in (await history(tracker))[3:]] == ["UPDATED", "APPLIED"]


async def test_a_conflict_is_recorded_in_the_history(database: str) -> None:
    provider = await make_provider()
    tracker = await schedule(provider)
    await Learner.filter(id=provider.lena.id).update(postcode="LS9 9ZZ")
    assert await apply_due(day=TOMORROW) == 0
    message = "'Postcode' was “LS1 1AA” when this was entered, and is “LS9 9ZZ” now."
    assert (await history(tracker))[2:] == [("APPLY_FAILED", None, 3, message)]
    assert (await Learner.get(id=provider.lena.id)).postcode == "LS9 9ZZ"


async def test_a_constraint_error_does_not_stop_other_automations(database: str) -> None:
    provider, other = await make_provider(), await make_provider()
    before, tracker, other_tracker = (
        await learner_record(provider.lena),
        await schedule(provider),
        await schedule(other),
    )
    await fetch(
        f"ALTER TABLE learner ADD CONSTRAINT test_constraint CHECK (postcode <> 'YO1 7HH' OR id <> '{provider.lena.id}')"
    )
    assert await apply_due(day=TOMORROW) == 1
    assert await learner_record(provider.lena) == before
    assert (await history(tracker))[2:] == [("APPLY_FAILED", None, 3, "The database refused the change.")]
    assert (await tracker_state(other_tracker))[0] == TrackerStatus.RESOLVED


async def test_a_tracker_with_an_unexpected_error_is_skipped_until_the_next_round(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Check that an error other than a rule or constraint, such as a missing follow-up type, skips the tracker."""
    provider, other = await make_provider(), await make_provider()
    tracker, other_tracker = (
        await schedule(provider),
        await other.approve(await other.create("CHANGE_OF_ADDRESS", SCHEDULED)),
    )
    await fetch("UPDATE tracker_type SET key = 'GONE' WHERE key = 'COMPLIANCE'")
    assert await apply_due(day=TOMORROW) == 0
    assert [await tracker_state(failed) for failed in (tracker, other_tracker)] == [
        (TrackerStatus.APPROVED, TOMORROW, 2)
    ] * 2
    assert caplog.messages == [
        f"tracker {failed.id} could not be applied: DoesNotExist" for failed in (tracker, other_tracker)
    ]
    await fetch("UPDATE tracker_type SET key = 'COMPLIANCE' WHERE key = 'GONE'")
    assert await apply_due(day=TOMORROW) == 2


@asynccontextmanager
async def running_worker(poll: float) -> AsyncIterator[None]:
    worker = asyncio.create_task(run_automations(poll=poll))
    try:
        yield
    finally:
        worker.cancel()
        await asyncio.wait([worker], timeout=60)
    assert worker.cancelled()


async def wait_until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():
            await asyncio.sleep(0.02)


async def create_due(provider: Provider) -> Callable[[], Awaitable[bool]]:
    """Create a tracker that was due yesterday; return a condition that is true once it has been applied."""
    tracker = await schedule(provider)
    yesterday = TODAY - dt.timedelta(days=1)
    values = tracker.values | {"effectiveDate": yesterday.isoformat()}
    await Tracker.filter(id=tracker.id).update(applies_on=yesterday, values=values)

    async def applied() -> bool:
        return await TrackerEvent.filter(tracker=tracker, kind="APPLIED").exists()

    return applied


async def test_the_worker_applies_immediately_and_polls(database: str) -> None:
    first = await create_due(await make_provider())
    async with running_worker(0.1):
        await wait_until(first)
        await wait_until(await create_due(await make_provider()))


@pytest.mark.slow
async def test_the_worker_survives_an_outage_of_the_database(
    postgres: str, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "trackers.automations")
    name = database.partition("?")[0].rpartition("/")[2]

    async def failure_logged() -> bool:
        return "automation worker failed" in caplog.text

    async def recovery_logged() -> bool:
        return "automation worker recovered" in caplog.text  # logged only after a whole round

    applied = await create_due(await make_provider())
    async with running_worker(0.1):
        await wait_until(applied)
        terminate_connections = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        await administer(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", terminate_connections)
        await wait_until(failure_logged)
        await administer(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await wait_until(await create_due(await make_provider()))
        await wait_until(recovery_logged)
    log_messages = [message.partition(":")[0] for message in caplog.messages if message.startswith("automation worker")]
    # Each kind of error is logged: the connection that broke, then the database that accepts none.
    assert set(log_messages[:-1]) == {"automation worker failed, retrying"}
    assert log_messages[-1] == "automation worker recovered"


def test_midnight_is_at_most_25_hours_away() -> None:
    assert dt.timedelta() < time_until_midnight() <= dt.timedelta(hours=25)
