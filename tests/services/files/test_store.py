"""Both stores, by the same tests: a local folder, and a bucket behind a real S3-compatible server."""

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
from tests.support.servers.file_stores import Kept, content, kept_in, stream
from tests.support.servers.s3 import Bucket


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest) -> Kept:
    return kept_in(request.param, request)


@pytest.mark.parametrize("sizes", [[0], [1], [65_536, 65_536, 1], [262_144] * 21], ids=str)
async def test_what_is_written_is_read(kept: Kept, sizes: list[int]) -> None:
    file_id, chunks = new_id(), [bytes([number]) * size for number, size in enumerate(sizes)]
    await kept.store.write(file_id, stream(*chunks))
    assert await content(kept.store, file_id) == b"".join(chunks)
    assert kept.keys() == [str(file_id)]
    await kept.store.delete(file_id)
    assert kept.keys() == []


async def test_what_breaks_off_leaves_nothing(kept: Kept) -> None:
    for size in (1, 300_000, 6_000_000):
        with pytest.raises(LookupError, match=r"^cut$"):
            await kept.store.write(new_id(), stream(b"x" * size, LookupError("cut")))
    assert kept.keys() == []


async def test_a_cancelled_writing_leaves_nothing(kept: Kept) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 65_536
        begun.set()
        await asyncio.Event().wait()

    writing = asyncio.create_task(kept.store.write(new_id(), endless()))
    await begun.wait()
    assert len(kept.keys()) == 1  # unfinished
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    async with asyncio.timeout(10):
        while kept.keys():
            await asyncio.sleep(0.01)


async def test_what_is_not_there(kept: Kept) -> None:
    with pytest.raises(StoreError, match=r"^FileNotFoundError$"):
        await content(kept.store, new_id())
    await kept.store.delete(new_id())


async def test_reading_comes_in_pieces(kept: Kept) -> None:
    file_id = new_id()
    await kept.store.write(file_id, stream(*[b"x" * 100_000] * 80))
    pieces = [len(piece) async for piece in kept.store.read(file_id)]
    assert sum(pieces) == 8_000_000
    assert max(pieces) < 1_000_000


async def test_no_upload_is_held_in_memory(kept: Kept) -> None:
    """Of 40 MB a part is held at a time, which for a bucket has 5 MB."""
    handed = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal handed
        for _ in range(640):
            yield bytes(bytearray(65_536))
            handed += 1

    gc.collect()
    tracemalloc.start()
    await kept.store.write(new_id(), counted())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert handed == 640
    assert peak < (1_000_000 if isinstance(kept.place, Path) else 12_000_000)


async def test_the_store_answers(kept: Kept) -> None:
    await kept.store.check()
    await kept.store.write(new_id(), stream(b"x"))
    await kept.store.check()


async def test_a_folder_is_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir(mode=0o755)
    store, file_id = folder_store(tmp_path / "files"), new_id()
    await store.write(file_id, stream(b"x"))
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "files" / str(file_id)).stat().st_mode) == 0o600


async def test_what_a_killed_process_left_goes_with_the_file(tmp_path: Path) -> None:
    store, one, other = folder_store(tmp_path / "files"), new_id(), new_id()
    for left in (f"{one}#1", f"{one}#2", f"{other}#1"):
        (tmp_path / "files" / left).write_bytes(b"half")
    await store.delete(one)
    assert [path.name for path in (tmp_path / "files").iterdir()] == [f"{other}#1"]


async def fails(store: FileStore, file_id: UUID) -> None:
    with pytest.raises(StoreError):
        await store.write(file_id, stream(b"x"))
    with pytest.raises(StoreError):
        await content(store, file_id)


async def test_a_store_that_is_gone(tmp_path: Path, bucket: Bucket) -> None:
    absent = bucket_store("s3://there-is-none", allow_http=True)
    await fails(absent, new_id())
    with pytest.raises(StoreError):
        await absent.check()
    store = folder_store(tmp_path / "files")
    (tmp_path / "files").rmdir()
    (tmp_path / "files").write_text("in the way")
    await fails(store, new_id())
