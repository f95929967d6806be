"""A test that running servers apply each due automation exactly once."""

import asyncio
import datetime as dt
from pathlib import Path

from models import Tracker, TrackerEvent
from tests.support.scenarios.automations import make_provider
from tests.support.scenarios.form_samples.automation_forms import NEW_ADDRESS, TODAY
from tests.support.servers.trackers import environment, run_server


async def test_an_automation_that_was_due_before_two_servers_started_is_applied_once(
    database: str, folder: Path
) -> None:
    provider = await make_provider()
    tomorrow, yesterday = (TODAY + dt.timedelta(days=days) for days in (1, -1))
    tracker = await provider.approve(
        await provider.create("CHANGE_OF_ADDRESS", NEW_ADDRESS | {"effectiveDate": tomorrow})
    )
    values = tracker.values | {"effectiveDate": yesterday.isoformat()}
    await Tracker.filter(id=tracker.id).update(applies_on=yesterday, values=values)

    env = environment(database)
    async with run_server(folder, env) as first, run_server(folder, env) as second:
        async with asyncio.timeout(60):
            while await Tracker.filter(applies_on__isnull=False).exists():
                await asyncio.sleep(0.05)
        assert [await server.stop() for server in (first, second)] == [0, 0]
    assert await TrackerEvent.filter(tracker=tracker, kind="APPLIED").count() == 1
    assert await Tracker.all().count() == 2  # with the follow-up
