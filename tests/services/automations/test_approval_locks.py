"""Concurrent approval and import for the same learner: row locks, timestamps and conflicts."""

import asyncio

import asyncpg

from models import Learner
from server.setting_values import database_credentials
from tests.support.databases.locks import wait_until_blocked
from tests.support.scenarios.automations import learner_record, make_provider
from tests.support.scenarios.form_samples.automation_forms import BREAK_IN_LEARNING, NEW_NAME

# Imports lock the learners that they have read in this way.
LOCK_LEARNER = "SELECT clock_timestamp() FROM learner WHERE id = $1 FOR NO KEY UPDATE"


async def test_an_approval_that_waits_for_an_import_has_the_later_timestamp(database: str) -> None:
    provider = await make_provider()
    tracker = await provider.create("CHANGE_OF_NAME", NEW_NAME)
    import_connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with import_connection.transaction():
            await import_connection.fetch(LOCK_LEARNER, provider.lena.id)
            approval = asyncio.create_task(provider.approve(tracker))
            await wait_until_blocked()
            # The clock, not the transaction's time: the approval's transaction began before this.
            await import_connection.execute(
                "UPDATE learner SET imported_at = clock_timestamp() WHERE id = $1", provider.lena.id
            )
        await approval
    finally:
        await import_connection.close()
    learner = await Learner.get(id=provider.lena.id)
    assert learner.family_name == "Sméth"
    assert learner.changed_at is not None
    assert learner.imported_at is not None
    assert learner.changed_at > learner.imported_at


async def test_an_approval_that_waits_for_an_import_sees_its_changes(database: str) -> None:
    """Check that an approval conflicts with an aim that an import has changed while it was waiting."""
    provider = await make_provider()
    before, tracker = await learner_record(provider.lena), await provider.create("BREAK_IN_LEARNING", BREAK_IN_LEARNING)
    import_connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with import_connection.transaction():
            await import_connection.fetch(LOCK_LEARNER, provider.lena.id)
            approval = asyncio.create_task(provider.approve(tracker))
            await wait_until_blocked()
            await import_connection.execute("UPDATE learning_aim SET completion_status = 2 WHERE sequence = 2")
        failure = (await asyncio.gather(approval, return_exceptions=True))[0]
    finally:
        await import_connection.close()
    assert "CONFLICT" in str(failure)
    assert await learner_record(provider.lena) == before | {"2": before["2"] | {"completion_status": 2}}
