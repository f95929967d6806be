"""Tests of the tracker listing migration: it can be reverted, and it lists the existing trackers."""

import datetime as dt
from typing import cast

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from models import Group, MemberKind
from models.database import APPS, fetch, migrate, pending_migrations
from tests.support import factories as make
from tests.support.databases.tracker_listing import VIEWS, listed_ids, outdated_tables, visible_ids

pytestmark = pytest.mark.slow

PREVIOUS_MIGRATION = "0005_uploads"
START = dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)


async def revert_listing_migration() -> None:
    client = cast(AsyncpgDBClient, get_connection("default"))
    await MigrationExecutor(client, APPS).migrate([MigrationTarget("models", PREVIOUS_MIGRATION)])


async def test_existing_trackers_are_listed_in_the_order_of_their_numbers(database: str) -> None:
    organisation = await make.organisation()
    tutor = await make.member(organisation, kind=MemberKind.TUTOR)
    learner = await make.learner(organisation, tutor=tutor, uln="1000000019")
    await learner.groups.add(await Group.create(organisation=organisation, name="A"))
    hours = [0, 5, 3, 4, 9]  # the third and fourth trackers are older than the second
    for hour in hours:
        time = START + dt.timedelta(hours=hour)
        await make.tracker(organisation, learner=learner, created_at=time, updated_at=time)
    await revert_listing_migration()
    assert (await pending_migrations())[0] == "0006_finding"
    assert await fetch("SELECT FROM pg_class WHERE relname = ANY($1)", [*VIEWS, *VIEWS.values()]) == []
    await migrate()
    assert await pending_migrations() == []
    assert await outdated_tables() == []
    assert await listed_ids(tutor) == await visible_ids(tutor)
    rows = await fetch("SELECT created_at, updated_at FROM tracker ORDER BY number")
    expected_times = [START + dt.timedelta(hours=hour) for hour in (0, 5, 5, 5, 9)]
    assert [(row["created_at"], row["updated_at"]) for row in rows] == [(time, time) for time in expected_times]
    (counter,) = await fetch("SELECT newest_at FROM organisation_counter")
    assert counter["newest_at"] == expected_times[-1]
    analysed_tables = await fetch("SELECT DISTINCT tablename FROM pg_stats WHERE tablename = ANY($1)", [*VIEWS])
    assert {row["tablename"] for row in analysed_tables} == set(VIEWS)
