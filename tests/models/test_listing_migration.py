"""Finding comes to a database that has trackers already, and can be taken back: what the version before left is all found."""

import datetime as dt
from typing import cast

from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from models import Group, MemberKind
from models.database import APPS, fetch, migrate, pending_migrations
from tests.services.trackers.listing.test_listing import LISTED, differs, listed, seen
from tests.support import factories as make

BEFORE = "0005_uploads"
START = dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)


async def _back() -> None:
    client = cast(AsyncpgDBClient, get_connection("default"))
    await MigrationExecutor(client, APPS).migrate([MigrationTarget("models", BEFORE)])


async def test_trackers_of_the_version_before_are_listed_in_the_order_of_their_numbers(database: str) -> None:
    organisation = await make.organisation()
    tutor = await make.member(organisation, kind=MemberKind.TUTOR)
    about = await make.learner(organisation, tutor=tutor, uln="1000000019")
    await about.groups.add(await Group.create(organisation=organisation, name="A"))
    hours = [0, 5, 3, 4, 9]  # the third and the fourth went back
    for hour in hours:
        then = START + dt.timedelta(hours=hour)
        await make.tracker(organisation, learner=about, created_at=then, updated_at=then)
    await _back()
    assert (await pending_migrations())[0] == "0006_finding"
    assert await fetch("SELECT FROM pg_class WHERE relname = ANY($1)", [*LISTED, *LISTED.values()]) == []
    await migrate()
    assert await pending_migrations() == []
    assert await differs() == []
    assert await listed(tutor) == await seen(tutor)
    rows = await fetch("SELECT created_at, updated_at FROM tracker ORDER BY number")
    lifted = [START + dt.timedelta(hours=hour) for hour in (0, 5, 5, 5, 9)]
    assert [(row["created_at"], row["updated_at"]) for row in rows] == [(then, then) for then in lifted]
    (counter,) = await fetch("SELECT newest_at FROM organisation_counter")
    assert counter["newest_at"] == lifted[-1]
    known = await fetch("SELECT DISTINCT tablename FROM pg_stats WHERE tablename = ANY($1)", [*LISTED])
    assert {row["tablename"] for row in known} == set(LISTED)
