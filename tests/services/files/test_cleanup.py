"""Abandoned uploads are deleted after a day; files attached to trackers are never deleted."""

import asyncio
from contextvars import Context
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from models import Member, StoredFile
from models.database import fetch, transaction
from services.files.cleanup import delete_abandoned_uploads, delete_incomplete, run_upload_cleanup
from services.files.store import folder_store
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.trackers.attachments import attach_uploads
from tests.support import factories as make
from tests.support.clients.graphql import viewer
from tests.support.servers.file_stores import Storage, make_storage, stream

pytestmark = pytest.mark.server


@pytest.fixture(params=["folder", "bucket"])
def either_storage(request: pytest.FixtureRequest, database: str) -> Storage:
    return make_storage(request.param, request)


@pytest.fixture
def storage(request: pytest.FixtureRequest, database: str) -> Storage:
    return make_storage("folder", request)


async def create_upload(storage: Storage | None, uploader: Member, *, hours: float = 0, **columns: Any) -> StoredFile:
    """Create an upload that is some hours old. Without a ``storage``, its content is missing."""
    defaults: dict[str, Any] = {
        "type_key": "JOB",
        "field_key": "evidence",
        "name": "a.pdf",
        "media_type": "application/pdf",
        "bytes": 3,
        "complete": True,
        "created_at": make.now(),
    }
    row = await StoredFile.create(organisation_id=uploader.organisation_id, uploader=uploader, **defaults | columns)
    query = "UPDATE stored_file SET created_at = now() - make_interval(secs => $2) WHERE id = $1"
    if row.tracker_id is None:
        await fetch(query, row.id, hours * 3600)
    if storage:
        await storage.store.write(row.id, stream(b"abc"))
    return row


async def stored_ids() -> set[UUID]:
    return {row.id for row in await StoredFile.all()}


async def test_uploads_are_kept_for_a_day(either_storage: Storage) -> None:
    ada = await make.member()
    old, incomplete = (
        await create_upload(either_storage, ada, hours=24.01),
        await create_upload(either_storage, ada, hours=25, complete=False),
    )
    without_content = await create_upload(None, ada, hours=25)  # the process ended between deleting content and row
    recent, unfinished = (
        await create_upload(either_storage, ada, hours=23.9),
        await create_upload(None, ada, hours=0, complete=False),
    )
    assert await delete_abandoned_uploads(either_storage.store) == 3
    assert await stored_ids() == {recent.id, unfinished.id}
    assert either_storage.keys() == [str(recent.id)]
    assert await delete_abandoned_uploads(either_storage.store) == 0
    assert {old.id, incomplete.id, without_content.id} & await stored_ids() == set()


async def test_more_uploads_than_fit_in_a_batch(storage: Storage) -> None:
    ada = await make.member()
    for _ in range(101):
        await create_upload(None, ada, hours=25)
    assert await delete_abandoned_uploads(storage.store) == 101
    assert await stored_ids() == set()


async def test_attached_files_are_never_deleted(storage: Storage) -> None:
    ada = await make.member()
    file, tracker = await create_upload(storage, ada, hours=900), await make.tracker(await ada.organisation)
    async with transaction():
        await attach_uploads([file.id], tracker.id, await viewer(ada))
    assert await delete_abandoned_uploads(storage.store) == 0
    await delete_incomplete(storage.store, file.id)
    assert (await stored_ids(), storage.keys()) == ({file.id}, [str(file.id)])
    # The database prevents deletion and detachment too.
    for statement in ("DELETE FROM stored_file", "UPDATE stored_file SET tracker_id = NULL"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await fetch(statement)
    assert (await StoredFile.get(id=file.id)).tracker_id == tracker.id


async def test_a_file_that_is_being_attached_is_not_deleted(storage: Storage) -> None:
    ada = await make.member()
    file, tracker = await create_upload(storage, ada, hours=25), await make.tracker(await ada.organisation)
    async with transaction():
        await attach_uploads([file.id], tracker.id, await viewer(ada))
        assert await asyncio.create_task(delete_abandoned_uploads(storage.store), context=Context()) == 0
    assert (await stored_ids(), storage.keys()) == ({file.id}, [str(file.id)])


async def test_abandoned_uploads_cannot_be_attached(storage: Storage) -> None:
    """Test an upload whose deletion was interrupted after it was marked; the next round deletes it."""
    ada = await make.member()
    file, tracker = await create_upload(storage, ada, hours=25), await make.tracker(await ada.organisation)
    await fetch("UPDATE stored_file SET complete = FALSE")
    with pytest.raises(ValidationFailed) as raised:
        async with transaction():
            await attach_uploads([file.id], tracker.id, await viewer(ada))
    message = "A file has been attached to another tracker or deleted in the meantime."
    assert raised.value.problems == (Problem(("values", "evidence"), ErrorCode.NOT_FOUND, message),)
    assert await delete_abandoned_uploads(storage.store) == 1
    assert (await stored_ids(), storage.keys()) == (set(), [])


async def test_a_failed_deletion_is_tried_again(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    ada = await make.member()
    first, second = await create_upload(None, ada, hours=26), await create_upload(storage, ada, hours=25)
    assert isinstance(storage.location, Path)
    (storage.location / str(first.id)).mkdir()  # a folder: it cannot be deleted as a file
    assert await delete_abandoned_uploads(storage.store) == 1
    assert await stored_ids() == {first.id}
    assert "could not be deleted" in caplog.text
    assert str(first.id) not in caplog.text
    (storage.location / str(first.id)).rmdir()
    assert await delete_abandoned_uploads(storage.store) == 1
    assert second.id not in await stored_ids()


async def test_concurrent_cleanups(either_storage: Storage) -> None:
    ada = await make.member()
    for _ in range(20):
        await create_upload(either_storage, ada, hours=25)
    await asyncio.gather(*(delete_abandoned_uploads(either_storage.store) for _ in range(4)))
    assert await delete_abandoned_uploads(either_storage.store) == 0
    assert (await stored_ids(), either_storage.keys()) == (set(), [])


async def test_the_cleanup_survives_outages(tmp_path: Path, storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    ada = await make.member()
    await fetch("ALTER TABLE stored_file RENAME TO gone")
    worker = asyncio.create_task(run_upload_cleanup(folder_store(tmp_path / "others"), interval=0.01))
    async with asyncio.timeout(10):
        while "upload cleanup failed, retrying: UndefinedTableError" not in caplog.text:
            await asyncio.sleep(0.01)
        await fetch("ALTER TABLE gone RENAME TO stored_file")
        await create_upload(None, ada, hours=25)
        while await stored_ids():
            await asyncio.sleep(0.01)
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker
    assert caplog.text.count("upload cleanup failed") == 1
