"""Deletes uploads that were not attached to a tracker within a day, and the remains of failed uploads.

Before anything is deleted, the row is marked as incomplete, so that the file can no longer be attached. The row is
deleted last, so that an interrupted deletion is resumed in the next round. Attached files are never deleted.
"""

import asyncio
import logging
from uuid import UUID

from models.database import fetch
from services.files.store import FileStore, StoreError

RETENTION_HOURS = 24
"""Hours for which an upload is kept before it must be attached to a tracker; longer than any upload takes."""
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
    """Delete all abandoned uploads and return their number. Files that the store fails to delete are retried later."""
    deleted, last_id = 0, UUID(int=0)
    while True:
        abandoned = sorted(row["id"] for row in await fetch(_MARK_ABANDONED, RETENTION_HOURS, last_id, _BATCH_SIZE))
        for file_id in abandoned:
            try:
                await delete_incomplete(store, file_id)
                deleted += 1
            except StoreError as error:
                _log.warning("an abandoned upload could not be deleted: %s", error)
        if len(abandoned) < _BATCH_SIZE:
            return deleted
        last_id = abandoned[-1]


async def delete_incomplete(store: FileStore, file_id: UUID) -> None:
    """Delete a file that is not complete: its content, then its row. Raises StoreError."""
    # The row lock waits for the statement that marks the upload as complete, if it is still running.
    if await fetch("SELECT FROM stored_file WHERE id = $1 AND NOT complete FOR UPDATE", file_id):
        await store.delete(file_id)
        await fetch("DELETE FROM stored_file WHERE id = $1 AND NOT complete", file_id)


async def run_upload_cleanup(store: FileStore, *, interval: float = INTERVAL) -> None:
    """Delete abandoned uploads periodically until cancelled, retrying after outages of the database or the store."""
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
