"""Tests of the migrations of tracker lists: they can be reverted, and times never decrease as numbers grow."""

import datetime as dt
from typing import cast

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from models import Group, MemberKind
from models.database import APPS, fetch, migrate, pending_migrations
from services.paging.pages import PageRequest
from services.trackers.listing.filters import TrackerFilter
from services.trackers.listing.page import TrackerQuery, page_of_trackers
from tests.support import factories as make
from tests.support.clients.graphql import viewer

pytestmark = pytest.mark.slow

START = dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)
LISTING = ["tracker_listing", "tracker_in_group", "tracker_words"]
"""The tables of version 0.1.0."""


async def revert_to(name: str) -> None:
    client = cast(AsyncpgDBClient, get_connection("default"))
    await MigrationExecutor(client, APPS).migrate([MigrationTarget("models", name)])


async def tables() -> list[str]:
    rows = await fetch("SELECT relname FROM pg_class WHERE relname = ANY($1) AND relkind = 'r' ORDER BY oid", LISTING)
    return [row["relname"] for row in rows]


async def test_existing_trackers_are_listed_after_reverting_and_upgrading(database: str) -> None:
    organisation = await make.organisation()
    tutor = await make.member(organisation, kind=MemberKind.TUTOR)
    learner = await make.learner(organisation, tutor=tutor, uln="1000000019")
    await learner.groups.add(await Group.create(organisation=organisation, name="A"))
    hours = [0, 5, 3, 4, 9]  # the third and fourth trackers are older than the second
    for hour in hours:
        time = START + dt.timedelta(hours=hour)
        await make.tracker(organisation, learner=learner, created_at=time, updated_at=time)
    await revert_to("0005_uploads")
    assert (await pending_migrations())[0] == "0006_finding"
    assert await tables() == []
    await migrate()
    assert await pending_migrations() == []
    assert await tables() == []
    query = TrackerQuery(filter_by=TrackerFilter(group=["a"], search=("100000001",)), count=True)
    page = await page_of_trackers(await viewer(tutor), PageRequest(), query)
    assert (page.total, [record["t.number"] for record in page.records]) == (5, [5, 4, 3, 2, 1])
    rows = await fetch("SELECT created_at, updated_at FROM tracker ORDER BY number")
    expected_times = [START + dt.timedelta(hours=hour) for hour in (0, 5, 5, 5, 9)]
    assert [(row["created_at"], row["updated_at"]) for row in rows] == [(time, time) for time in expected_times]
    (counter,) = await fetch("SELECT newest_at FROM organisation_counter")
    assert counter["newest_at"] == expected_times[-1]


async def test_reverting_fills_the_listing_of_the_previous_version_and_keeps_it_up_to_date(database: str) -> None:
    organisation = await make.organisation()
    tutor = await make.member(organisation, kind=MemberKind.TUTOR)
    learner = await make.learner(organisation, tutor=tutor)
    await make.tracker(organisation, learner=learner)
    await revert_to("0010_imported_errors")
    assert await tables() == LISTING
    await make.tracker(organisation, learner=learner)
    rows = await fetch("SELECT scope, number FROM tracker_listing")
    assert {(row["scope"], row["number"]) for row in rows} == {
        (scope, number) for scope in (organisation.id, tutor.id) for number in (1, 2)
    }
