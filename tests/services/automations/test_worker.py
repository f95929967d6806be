"""The worker: on the day, once, however many there are; what fails stays approved and says why."""

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
from tests.conftest import administer
from tests.support.clients.tracker_updates import told
from tests.support.databases.query_plans import nodes
from tests.support.scenarios.automation_forms import ADDRESS, TODAY
from tests.support.scenarios.automations import Office, history, office, record, with_changes

TOMORROW = TODAY + dt.timedelta(days=1)
SCHEDULED = ADDRESS | {"effectiveDate": TOMORROW}
LOST = "The learner's programme status is WITHDRAWN; this needs one of: ACTIVE."
MOVED = {
    "postcode": "YO1 7HH",
    "address_line1": "3 Low Lane",
    "address_line2": None,
    "address_line3": "York",
    "address_line4": None,
}


async def scheduled(house: Office) -> Tracker:
    """A change of address, approved for tomorrow."""
    return await house.approved(await house.raised("CHANGE_OF_ADDRESS", SCHEDULED))


async def state(tracker: Tracker) -> tuple[TrackerStatus, dt.date | None, int]:
    row = await Tracker.get(id=tracker.id)
    return row.status, row.applies_on, row.version


@pytest.mark.parametrize(
    ("index", "statement", "values"),
    [
        ("tracker_waiting", worker._TAKE, (TODAY, [])),
        ("tracker_failed", worker._FAILED, ()),
    ],
)
async def test_what_is_due_and_what_failed_have_indexes_of_their_own(
    database: str, index: str, statement: str, values: tuple[object, ...]
) -> None:
    async with transaction():
        await fetch("SET LOCAL enable_seqscan = off")  # which so small a table would be read by
        found = await nodes((statement, values))
    assert {node.get("Index Name") for node in found if "Relation Name" in node} == {index}


async def test_it_waits_for_the_day_and_then_it_is_done(database: str) -> None:
    house = await office()
    before, tracker = await record(house.lena), await scheduled(house)
    assert await apply_due(day=TODAY) == 0
    assert await record(house.lena) == before
    assert await state(tracker) == (TrackerStatus.APPROVED, TOMORROW, 2)

    assert await apply_due(day=TOMORROW) == 1

    assert await record(house.lena) == with_changes(before, {"learner": MOVED})
    assert await state(tracker) == (TrackerStatus.RESOLVED, None, 3)
    assert (await Learner.get(id=house.lena.id)).changed_at is not None
    assert (await history(tracker))[2:] == [("APPLIED", None, 3, None)]
    assert await told(house.olga, house.paul) == {"Olga": ["STATUS_CHANGED", "APPLIED"], "Paul": ["APPLIED"]}
    assert await Tracker.all().count() == 2  # with the follow-up
    assert await apply_due(day=TOMORROW) == 0


async def test_what_was_missed_is_made_up_for(database: str) -> None:
    house = await office()
    tracker = await scheduled(house)
    assert await apply_due(day=TOMORROW + dt.timedelta(days=9)) == 1
    assert await state(tracker) == (TrackerStatus.RESOLVED, None, 3)


async def test_many_workers_apply_each_once(database: str) -> None:
    houses = [await office() for _ in range(4)]
    trackers = [await scheduled(house) for house in houses]
    assert sum(await asyncio.gather(*(apply_due(day=TOMORROW) for _ in range(6)))) == 4
    for tracker in trackers:
        assert [kind for kind, *_ in await history(tracker)] == ["CREATED", "STATUS_CHANGED", "APPLIED"]
    assert await Tracker.filter(created_by=None).count() == 4


async def test_what_another_process_holds_is_passed_by(database: str) -> None:
    held, free = await scheduled(await office()), await scheduled(await office())
    other = await asyncpg.connect(**database_credentials(database))
    try:
        async with other.transaction():
            await other.fetch("SELECT FROM tracker WHERE id = $1 FOR UPDATE", held.id)
            assert await apply_due(day=TOMORROW) == 1
    finally:
        await other.close()
    assert [(await state(one))[0] for one in (held, free)] == [TrackerStatus.APPROVED, TrackerStatus.RESOLVED]


async def test_what_fails_stays_approved_and_says_why_until_somebody_tries_again(database: str) -> None:
    house = await office()
    tracker, before = await scheduled(house), await record(house.lena)
    await Learner.filter(id=house.lena.id).update(programme_status="WITHDRAWN")
    assert await apply_due(day=TOMORROW) == 0
    assert await state(tracker) == (TrackerStatus.APPROVED, None, 3)
    assert (await history(tracker))[2:] == [("APPLY_FAILED", None, 3, LOST)]
    assert await record(house.lena) == with_changes(before, {"learner": {"programme_status": "WITHDRAWN"}})
    assert await told(house.olga, house.paul) == {
        "Olga": ["STATUS_CHANGED", "APPLY_FAILED"],
        "Paul": ["APPLY_FAILED"],
    }
    assert await apply_due(day=TOMORROW) == 0  # it waits for nobody but somebody
    assert len(await history(tracker)) == 3

    await Learner.filter(id=house.lena.id).update(programme_status="ACTIVE")
    assert (await house.approved(tracker)).applies_on == TOMORROW
    assert await apply_due(day=TOMORROW) == 1
    assert await record(house.lena) == with_changes(before, {"learner": MOVED})
    assert [kind for kind, *_ in (await history(tracker))[3:]] == ["UPDATED", "APPLIED"]


async def test_what_changed_meanwhile_is_told_and_not_overwritten(database: str) -> None:
    house = await office()
    tracker = await scheduled(house)
    await Learner.filter(id=house.lena.id).update(postcode="LS9 9ZZ")
    assert await apply_due(day=TOMORROW) == 0
    message = "Postcode was “LS1 1AA” when this was entered, and is “LS9 9ZZ” now."
    assert (await history(tracker))[2:] == [("APPLY_FAILED", None, 3, message)]
    assert (await Learner.get(id=house.lena.id)).postcode == "LS9 9ZZ"


async def test_what_the_database_refuses_leaves_nothing_and_does_not_hold_up_the_rest(database: str) -> None:
    house, other = await office(), await office()
    before, tracker, fine = await record(house.lena), await scheduled(house), await scheduled(other)
    await fetch(
        f"ALTER TABLE learner ADD CONSTRAINT in_the_way CHECK (postcode <> 'YO1 7HH' OR id <> '{house.lena.id}')"
    )
    assert await apply_due(day=TOMORROW) == 1
    assert await record(house.lena) == before
    assert (await history(tracker))[2:] == [("APPLY_FAILED", None, 3, "The database refused the change.")]
    assert (await state(fine))[0] == TrackerStatus.RESOLVED


async def test_what_breaks_is_passed_over_until_the_next_round(database: str, caplog: pytest.LogCaptureFixture) -> None:
    """No rule and no constraint: the built-in type of the follow-up is not there."""
    house, other = await office(), await office()
    tracker, fine = await scheduled(house), await other.approved(await other.raised("CHANGE_OF_ADDRESS", SCHEDULED))
    await fetch("UPDATE tracker_type SET key = 'GONE' WHERE key = 'COMPLIANCE'")
    assert await apply_due(day=TOMORROW) == 0
    assert [await state(one) for one in (tracker, fine)] == [(TrackerStatus.APPROVED, TOMORROW, 2)] * 2
    assert caplog.messages == [f"tracker {one.id} could not be applied: DoesNotExist" for one in (tracker, fine)]
    await fetch("UPDATE tracker_type SET key = 'COMPLIANCE' WHERE key = 'GONE'")
    assert await apply_due(day=TOMORROW) == 2


@asynccontextmanager
async def working(poll: float) -> AsyncIterator[None]:
    worker = asyncio.create_task(run_automations(poll=poll))
    try:
        yield
    finally:
        worker.cancel()
        await asyncio.wait([worker], timeout=60)
    assert worker.cancelled()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():
            await asyncio.sleep(0.02)


async def due(house: Office) -> Callable[[], Awaitable[bool]]:
    """Something that was due yesterday; whether it is applied."""
    tracker = await scheduled(house)
    yesterday = TODAY - dt.timedelta(days=1)
    values = tracker.values | {"effectiveDate": yesterday.isoformat()}
    await Tracker.filter(id=tracker.id).update(applies_on=yesterday, values=values)

    async def applied() -> bool:
        return await TrackerEvent.filter(tracker=tracker, kind="APPLIED").exists()

    return applied


async def test_at_work_it_looks_at_once_and_now_and_then(database: str) -> None:
    first = await due(await office())
    async with working(0.1):
        await until(first)
        await until(await due(await office()))


async def test_the_database_goes_and_comes_back(postgres: str, database: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "trackers.automations")
    name = database.partition("?")[0].rpartition("/")[2]

    async def stands_still() -> bool:
        return "the automations stand still" in caplog.text

    async def goes_on() -> bool:
        return "the automations go on" in caplog.text  # said only once its round is done

    applied = await due(await office())
    async with working(0.1):
        await until(applied)
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        await administer(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", end)
        await until(stands_still)
        await administer(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await until(await due(await office()))
        await until(goes_on)
    said = [message.partition(":")[0] for message in caplog.messages if message.startswith("the automations")]
    # Another kind of error is said anew: the connection that broke, then the database that lets nobody in.
    assert set(said[:-1]) == {"the automations stand still"}
    assert said[-1] == "the automations go on"


def test_a_day_ends_within_a_day() -> None:
    assert dt.timedelta() < time_until_midnight() <= dt.timedelta(hours=25)
