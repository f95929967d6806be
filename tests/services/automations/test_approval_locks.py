"""An approval and an import of the same learner: one waits for the other, and the record says who came last."""

import asyncio

import asyncpg

from models import Learner
from server.setting_values import database_credentials
from tests.support.databases.locks import until_held_up
from tests.support.scenarios.automation_forms import NAME, PAUSE
from tests.support.scenarios.automations import office, record

# As an import locks whom it has read.
IMPORTING = "SELECT clock_timestamp() FROM learner WHERE id = $1 FOR NO KEY UPDATE"


async def test_an_approval_that_waited_for_an_import_is_the_later_change(database: str) -> None:
    house = await office()
    tracker = await house.raised("CHANGE_OF_NAME", NAME)
    importing = await asyncpg.connect(**database_credentials(database))
    try:
        async with importing.transaction():
            await importing.fetch(IMPORTING, house.lena.id)
            approval = asyncio.create_task(house.approved(tracker))
            await until_held_up()
            # The clock, not the transaction's time: the approval's transaction began before this.
            await importing.execute("UPDATE learner SET imported_at = clock_timestamp() WHERE id = $1", house.lena.id)
        await approval
    finally:
        await importing.close()
    learner = await Learner.get(id=house.lena.id)
    assert learner.family_name == "Sméth"
    assert learner.changed_at is not None
    assert learner.imported_at is not None
    assert learner.changed_at > learner.imported_at


async def test_an_approval_that_waited_for_an_import_sees_what_that_wrote(database: str) -> None:
    """The aim that the import brought is one that nobody knew of when the break was entered."""
    house = await office()
    before, tracker = await record(house.lena), await house.raised("BREAK_IN_LEARNING", PAUSE)
    importing = await asyncpg.connect(**database_credentials(database))
    try:
        async with importing.transaction():
            await importing.fetch(IMPORTING, house.lena.id)
            approval = asyncio.create_task(house.approved(tracker))
            await until_held_up()
            await importing.execute("UPDATE learning_aim SET completion_status = 2 WHERE sequence = 2")
        refusal = (await asyncio.gather(approval, return_exceptions=True))[0]
    finally:
        await importing.close()
    assert "CONFLICT" in str(refusal)
    assert await record(house.lena) == before | {"2": before["2"] | {"completion_status": 2}}
