"""Clearing away uploads that no tracker took within a day, and what broken uploads left.

The row goes last: until it is gone, the next round knows what to clear away. Before anything is deleted the row is
marked as incomplete, so that no tracker can take it any more; what a tracker has taken is never looked at.
"""

import asyncio
import logging
from uuid import UUID

from models.database import fetch
from services.files.store import FileStore, StoreError

KEPT_HOURS = 24
"""So long an upload waits for its tracker; longer than any upload takes."""
EVERY = 600.0
"""Seconds between two rounds."""

_AT_ONCE = 100
_GIVE_UP = """
UPDATE stored_file SET complete = FALSE WHERE id IN (
    SELECT id FROM stored_file
    WHERE tracker_id IS NULL AND created_at < now() - make_interval(hours => $1) AND id > $2
    ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
) RETURNING id
"""
_log = logging.getLogger("trackers.files")


async def collect(store: FileStore) -> int:
    """Clear away what waited for too long; how many that were. What the store refuses stays for another round."""
    collected, last = 0, UUID(int=0)
    while True:
        given_up = sorted(record["id"] for record in await fetch(_GIVE_UP, KEPT_HOURS, last, _AT_ONCE))
        for file_id in given_up:
            try:
                await discard(store, file_id)
                collected += 1
            except StoreError as failure:
                _log.warning("a file that nobody attached could not be deleted: %s", failure)
        if len(given_up) < _AT_ONCE:
            return collected
        last = given_up[-1]


async def discard(store: FileStore, file_id: UUID) -> None:
    """Delete a file's bytes, then its row, unless it is complete. Raises StoreError."""
    # Locking waits for an answer about the upload that is still on its way.
    if await fetch("SELECT FROM stored_file WHERE id = $1 AND NOT complete FOR UPDATE", file_id):
        await store.delete(file_id)
        await fetch("DELETE FROM stored_file WHERE id = $1 AND NOT complete", file_id)


async def run_collection(store: FileStore, *, every: float = EVERY) -> None:
    """Clear away, round after round, until cancelled; through outages of the database and of the store."""
    told: type[Exception] | None = None
    while True:
        try:
            if collected := await collect(store):
                _log.info("%d files that nobody attached were cleared away", collected)
            told = None
        except Exception as error:
            if type(error) is not told:
                told = type(error)
                _log.error("clearing away files stands still: %s", told.__name__)
        await asyncio.sleep(every)
