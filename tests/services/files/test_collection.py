"""What nobody attached goes after a day; what a tracker took stays, whatever happens."""

import asyncio
from contextvars import Context
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from models import Member, StoredFile
from models.database import fetch, transaction
from services.files.collection import collect, discard, run_collection
from services.files.store import folder_store
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.trackers.attachments import attach
from tests.support import factories as make
from tests.support.clients.graphql import viewer
from tests.support.servers.file_stores import Kept, kept_in, stream


@pytest.fixture(params=["folder", "bucket"])
def both(request: pytest.FixtureRequest, database: str) -> Kept:
    return kept_in(request.param, request)


@pytest.fixture
def kept(request: pytest.FixtureRequest, database: str) -> Kept:
    return kept_in("folder", request)


async def uploaded(kept: Kept | None, by: Member, *, hours: float = 0, **columns: Any) -> StoredFile:
    """A file as an upload left it so many hours ago."""
    about: dict[str, Any] = {
        "type_key": "JOB",
        "field_key": "evidence",
        "name": "a.pdf",
        "media_type": "application/pdf",
    }
    more: dict[str, Any] = {"bytes": 3, "complete": True, "created_at": make.now()}
    row = await StoredFile.create(organisation_id=by.organisation_id, uploader=by, **about | more | columns)
    query = "UPDATE stored_file SET created_at = now() - make_interval(secs => $2) WHERE id = $1"
    if row.tracker_id is None:
        await fetch(query, row.id, hours * 3600)
    if kept:
        await kept.store.write(row.id, stream(b"abc"))
    return row


async def there() -> set[UUID]:
    return {row.id for row in await StoredFile.all()}


async def test_an_upload_waits_a_day_for_its_tracker(both: Kept) -> None:
    ada = await make.member()
    old, half = await uploaded(both, ada, hours=24.01), await uploaded(both, ada, hours=25, complete=False)
    lost = await uploaded(None, ada, hours=25)  # its bytes went, then the process
    young, under_way = await uploaded(both, ada, hours=23.9), await uploaded(None, ada, hours=0, complete=False)
    assert await collect(both.store) == 3
    assert await there() == {young.id, under_way.id}
    assert both.keys() == [str(young.id)]
    assert await collect(both.store) == 0
    assert {old.id, half.id, lost.id} & await there() == set()


async def test_more_than_one_round_takes(kept: Kept) -> None:
    ada = await make.member()
    for _ in range(101):
        await uploaded(None, ada, hours=25)
    assert await collect(kept.store) == 101
    assert await there() == set()


async def test_what_a_tracker_took_is_never_collected(kept: Kept) -> None:
    ada = await make.member()
    file, tracker = await uploaded(kept, ada, hours=900), await make.tracker(await ada.organisation)
    async with transaction():
        await attach([file.id], tracker.id, await viewer(ada))
    assert await collect(kept.store) == 0
    await discard(kept.store, file.id)
    assert (await there(), kept.keys()) == ({file.id}, [str(file.id)])
    # The database itself refuses what no rule above it would do.
    for statement in ("DELETE FROM stored_file", "UPDATE stored_file SET tracker_id = NULL"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await fetch(statement)
    assert (await StoredFile.get(id=file.id)).tracker_id == tracker.id


async def test_a_file_that_is_being_attached_is_let_be(kept: Kept) -> None:
    ada = await make.member()
    file, tracker = await uploaded(kept, ada, hours=25), await make.tracker(await ada.organisation)
    async with transaction():
        await attach([file.id], tracker.id, await viewer(ada))
        assert await asyncio.create_task(collect(kept.store), context=Context()) == 0
    assert (await there(), kept.keys()) == ({file.id}, [str(file.id)])


async def test_what_is_given_up_can_not_be_attached_any_more(kept: Kept) -> None:
    """Also where a process ended between the mark and the deletion: the next round does the rest."""
    ada = await make.member()
    file, tracker = await uploaded(kept, ada, hours=25), await make.tracker(await ada.organisation)
    await fetch("UPDATE stored_file SET complete = FALSE")
    with pytest.raises(ValidationFailed) as rejected:
        async with transaction():
            await attach([file.id], tracker.id, await viewer(ada))
    message = "A file that was named here belongs to another tracker by now, or is no longer there."
    assert rejected.value.problems == (Problem(("values", "evidence"), ErrorCode.NOT_FOUND, message),)
    assert await collect(kept.store) == 1
    assert (await there(), kept.keys()) == (set(), [])


async def test_what_the_store_refuses_is_tried_again(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    ada = await make.member()
    first, second = await uploaded(None, ada, hours=26), await uploaded(kept, ada, hours=25)
    assert isinstance(kept.place, Path)
    (kept.place / str(first.id)).mkdir()  # no file: it can't be deleted as one
    assert await collect(kept.store) == 1
    assert await there() == {first.id}
    assert "could not be deleted" in caplog.text
    assert str(first.id) not in caplog.text
    (kept.place / str(first.id)).rmdir()
    assert await collect(kept.store) == 1
    assert second.id not in await there()


async def test_two_processes_at_once(both: Kept) -> None:
    ada = await make.member()
    for _ in range(20):
        await uploaded(both, ada, hours=25)
    await asyncio.gather(*(collect(both.store) for _ in range(4)))
    assert await collect(both.store) == 0
    assert (await there(), both.keys()) == (set(), [])


async def test_the_worker_goes_on_through_outages(tmp_path: Path, kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    ada = await make.member()
    await fetch("ALTER TABLE stored_file RENAME TO gone")
    worker = asyncio.create_task(run_collection(folder_store(tmp_path / "others"), every=0.01))
    async with asyncio.timeout(10):
        while "stands still: UndefinedTableError" not in caplog.text:
            await asyncio.sleep(0.01)
        await fetch("ALTER TABLE gone RENAME TO stored_file")
        await uploaded(None, ada, hours=25)
        while await there():
            await asyncio.sleep(0.01)
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker
    assert caplog.text.count("stands still") == 1
