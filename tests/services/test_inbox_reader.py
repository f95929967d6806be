"""The one reader of a process: it outlives every failure of the database."""

import asyncio
import contextlib

from models.database import database
from server.settings import database_credentials
from services.inbox_reader import InboxReader
from tests import factories as make


async def test_reader_goes_on_once_the_database_is_there(database_url: str) -> None:
    reader = InboxReader()
    async with database(database_credentials(database_url)):
        bob = await make.member()
        told = await make.notification(await make.tracker(bob.organisation), bob)
    running = asyncio.create_task(reader.run())
    listener = asyncio.create_task(reader.next_batch(bob.id, 0, patience=60))
    await asyncio.sleep(0.1)  # the reader asks, and there is nothing to ask

    async with database(database_credentials(database_url)):
        batch = await listener
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running

    assert [(one.id, one.cursor) for one in batch] == [(told.id, 1)]
