"""Tests of both stores: a local folder, and a bucket on a real S3-compatible server."""

import asyncio
import gc
import stat
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from models.base import new_id
from services.files.store import FileStore, StoreError, bucket_store, folder_store
from tests.support.servers.file_stores import Storage, make_storage, read_content, stream
from tests.support.servers.full_disk import run_on_full_disk
from tests.support.servers.s3 import Bucket

pytestmark = pytest.mark.server


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest) -> Storage:
    return make_storage(request.param, request)


@pytest.mark.parametrize("sizes", [[0], [1], [65_536, 65_536, 1], [262_144] * 21], ids=str)
async def test_a_file_is_read_as_it_was_written(storage: Storage, sizes: list[int]) -> None:
    file_id, chunks = new_id(), [bytes([number]) * size for number, size in enumerate(sizes)]
    await storage.store.write(file_id, stream(*chunks))
    assert await read_content(storage.store, file_id) == b"".join(chunks)
    assert storage.keys() == [str(file_id)]
    await storage.store.delete(file_id)
    assert storage.keys() == []


async def test_a_failed_write_leaves_nothing(storage: Storage) -> None:
    for size in (1, 300_000, 6_000_000):
        with pytest.raises(LookupError, match=r"^cut$"):
            await storage.store.write(new_id(), stream(b"x" * size, LookupError("cut")))
    assert storage.keys() == []


async def test_a_cancelled_write_leaves_nothing(storage: Storage) -> None:
    started = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 65_536
        started.set()
        await asyncio.Event().wait()

    write = asyncio.create_task(storage.store.write(new_id(), endless()))
    await started.wait()
    assert len(storage.keys()) == 1  # unfinished
    write.cancel()
    with pytest.raises(asyncio.CancelledError):
        await write
    async with asyncio.timeout(10):
        while storage.keys():
            await asyncio.sleep(0.01)


async def test_reading_a_missing_file_fails_and_deleting_it_succeeds(storage: Storage) -> None:
    with pytest.raises(StoreError, match=r"^FileNotFoundError: (NoSuchKey|ENOENT, No such file or directory)$"):
        await read_content(storage.store, new_id())
    await storage.store.delete(new_id())


async def test_a_file_is_read_in_chunks(storage: Storage) -> None:
    file_id = new_id()
    await storage.store.write(file_id, stream(*[b"x" * 100_000] * 80))
    chunk_sizes = [len(chunk) async for chunk in storage.store.read(file_id)]
    assert sum(chunk_sizes) == 8_000_000
    assert max(chunk_sizes) < 1_000_000


async def test_an_upload_is_not_held_in_memory(storage: Storage) -> None:
    """Check that a 40 MB upload holds at most one part in memory at a time; parts for a bucket are 5 MB."""
    yielded = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal yielded
        for _ in range(640):
            yield bytes(bytearray(65_536))
            yielded += 1

    gc.collect()
    tracemalloc.start()
    await storage.store.write(new_id(), chunks())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert yielded == 640
    assert peak < (1_000_000 if isinstance(storage.location, Path) else 12_000_000)


async def test_the_check_succeeds_if_the_store_responds(storage: Storage) -> None:
    await storage.store.check()
    assert storage.keys() == []
    file_id = new_id()
    await storage.store.write(file_id, stream(b"x"))
    await storage.store.check()
    assert storage.keys() == [str(file_id)]


async def test_the_folder_is_private_to_its_owner(tmp_path: Path) -> None:
    store, file_id = folder_store(tmp_path / "files"), new_id()
    await store.write(file_id, stream(b"x"))
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "files" / str(file_id)).stat().st_mode) == 0o600


async def test_deleting_a_file_also_deletes_unfinished_writes(tmp_path: Path) -> None:
    store, file_id, other_id = folder_store(tmp_path / "files"), new_id(), new_id()
    for unfinished in (f"{file_id}#1", f"{file_id}#2", f"{other_id}#1"):
        (tmp_path / "files" / unfinished).write_bytes(b"half")
    await store.delete(file_id)
    assert [path.name for path in (tmp_path / "files").iterdir()] == [f"{other_id}#1"]


async def assert_fails(store: FileStore, file_id: UUID) -> None:
    with pytest.raises(StoreError):
        await store.write(file_id, stream(b"x"))
    with pytest.raises(StoreError):
        await read_content(store, file_id)


async def test_operations_fail_if_the_store_does_not_exist(tmp_path: Path, bucket: Bucket) -> None:
    missing_bucket = bucket_store("s3://there-is-none", allow_http=True)
    await assert_fails(missing_bucket, new_id())
    with pytest.raises(StoreError):
        await missing_bucket.check()
    store = folder_store(tmp_path / "files")
    (tmp_path / "files").rmdir()
    (tmp_path / "files").write_text("in the way")
    await assert_fails(store, new_id())


def test_a_full_disk_is_told_apart_and_leaves_nothing(tmp_path: Path) -> None:
    script = """
import asyncio, os, sys
from pathlib import Path
from uuid import UUID
from services.files.store import StoreFullError, folder_store
async def chunks():
    for _ in range(10):
        yield bytes(100_000)
try:
    asyncio.run(folder_store(Path(sys.argv[1], "files")).write(UUID(int=1), chunks()))
except StoreFullError as error:
    print(error, list(Path(sys.argv[1], "files").iterdir()), flush=True)
# Not through Python's clean-up: one time in forty, the library's threads in Rust abort the process during it.
os._exit(0)
"""
    assert run_on_full_disk(tmp_path, script) == "GenericError: ENOSPC, No space left on device []\n"
