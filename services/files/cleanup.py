"""Delete uploads that no tracker took within a day, and what is left of failed uploads.

The row is deleted last: until then, the next round knows what to delete. Before anything is deleted the row is marked
as incomplete, so that no tracker can take the file any more; files of trackers are never considered.
"""

import asyncio
import logging
from uuid import UUID

from models.database import fetch
from services.files.store import FileStore, StoreError

RETENTION_HOURS = 24
"""How long an upload waits for its tracker; longer than any upload takes."""
INTERVAL = 600.0
"""Seconds between two rounds."""

_BATCH_SIZE = 100
_MARK_ABANDONED = """
UPDATE stored_file SET complete = FALSE WHERE id IN (
    SELECT id FROM stored_file
    WHERE tracker_id IS NULL AND created_at < now() - make_interval(hours => $1) AND id > $2
    ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
) RETURNING id
"""
_log = logging.getLogger("trackers.files")


async def delete_abandoned_uploads(store: FileStore) -> int:
    """Delete all abandoned uploads and return how many were deleted; failures of the store are left to a later round."""
    deleted, last_id = 0, UUID(int=0)
    while True:
        abandoned = sorted(row["id"] for row in await fetch(_MARK_ABANDONED, RETENTION_HOURS, last_id, _BATCH_SIZE))
        for file_id in abandoned:
            try:
                await discard(store, file_id)
                deleted += 1
            except StoreError as error:
                _log.warning("an abandoned upload could not be deleted: %s", error)
        if len(abandoned) < _BATCH_SIZE:
            return deleted
        last_id = abandoned[-1]


async def discard(store: FileStore, file_id: UUID) -> None:
    """Delete a file's bytes, then its row, unless it is complete. Raises StoreError."""
    # The lock waits for the statement that completes the upload, if that is still running.
    if await fetch("SELECT FROM stored_file WHERE id = $1 AND NOT complete FOR UPDATE", file_id):
        await store.delete(file_id)
        await fetch("DELETE FROM stored_file WHERE id = $1 AND NOT complete", file_id)


async def run_upload_cleanup(store: FileStore, *, interval: float = INTERVAL) -> None:
    """Delete abandoned uploads, round after round, until cancelled; outages of database and store only delay it."""
    logged: type[Exception] | None = None
    while True:
        try:
            if deleted := await delete_abandoned_uploads(store):
                _log.info("%d abandoned uploads deleted", deleted)
            logged = None
        except Exception as error:
            if type(error) is not logged:
                logged = type(error)
                _log.error("upload cleanup failed, retrying: %s", logged.__name__)
        await asyncio.sleep(interval)
