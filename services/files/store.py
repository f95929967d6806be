"""Storage of file content in a local folder or an S3-compatible bucket, one object per file, named by its id."""

import asyncio
import errno
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

READ_SIZE = 65_536
"""The approximate number of bytes in a chunk when reading."""
_PART_SIZE = {"folder": 262_144, "bucket": 5 * 1024 * 1024}
"""The number of bytes of an upload that are buffered before writing; S3 accepts no smaller parts."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_S3_NO_ROOM = {"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "EntityTooLarge"}
_OS_ERROR = re.compile(r"\(os error (\d{1,4})\)")
"""How the storage library, which is written in Rust, ends the text of an error of the operating system."""
_S3_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_CLEANUP_SECONDS = 60.0
_REQUEST_TIMEOUT = timedelta(hours=1)
"""The timeout of a request to the store, which is long because clients may read slowly."""


class StoreError(Exception):
    """Raised when the store fails.

    Only the class and the codes of the original error are kept, because its text may contain addresses and keys.
    """


class StoreFullError(StoreError):
    """Raised when the store has no room for a file."""


class FileStore:
    """Stores immutable files by id. A file is written completely or not at all."""

    def __init__(self, store: ObjectStore, *, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder
        self._part_size = _PART_SIZE["folder" if folder else "bucket"]

    async def write(self, file_id: UUID, chunks: AsyncIterator[bytes]) -> None:
        """Write chunks as they arrive. If the iterator raises, nothing is kept and its error is propagated.

        Raises StoreError.
        """
        key = str(file_id)
        relay = _Relay()
        upload = asyncio.ensure_future(
            self._store.put_async(key, relay.chunks(), chunk_size=self._part_size, max_concurrency=1)
        )
        await relay.feed(chunks, upload)
        if self._folder:
            with _store_errors():
                await asyncio.to_thread(_make_durable, self._folder, key)

    async def read(self, file_id: UUID) -> AsyncGenerator[bytes, None]:
        """Yield a file's content in chunks. Raises StoreError, before the first chunk if the file does not exist."""
        with _store_errors():
            result = await self._store.get_async(str(file_id))
            async for chunk in result.stream(min_chunk_size=READ_SIZE):
                yield bytes(chunk)

    async def delete(self, file_id: UUID) -> None:
        """Delete a file, if it exists, and the remains of a write whose process was killed.

        In a bucket, the parts of such an upload are hidden; the bucket's lifecycle rule removes them. Raises
        StoreError.
        """
        key = str(file_id)
        with _store_errors():
            with suppress(FileNotFoundError):
                await self._store.delete_async(key)
            if self._folder:
                await asyncio.to_thread(_delete_unfinished, self._folder, key)

    async def check(self) -> None:
        """Check that the store responds. Raises StoreError otherwise."""
        with _store_errors(), suppress(StopAsyncIteration):
            await self._store.list(chunk_size=1).__anext__()


@contextmanager
def _store_errors() -> Iterator[None]:
    """Convert errors of the store and the file system to StoreError."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise _store_error(error) from None


def _store_error(error: Exception) -> StoreError:
    text = str(error)
    number = error.errno if isinstance(error, OSError) else None
    if number is None and (match := _OS_ERROR.search(text)):
        number = int(match[1])
    if number is not None:
        is_full = number in _NO_ROOM
        reason = f"{errno.errorcode.get(number, number)}, {os.strerror(number)}"
    else:
        match = _S3_CODE.search(text)
        is_full = match is not None and match[1] in _S3_NO_ROOM
        reason = match[1] if match else ""
    name = type(error).__name__
    return (StoreFullError if is_full else StoreError)(f"{name}: {reason}" if reason else name)


class _Relay:
    """Passes chunks to the storage library one at a time.

    The library is never cancelled and never sees any error except ``_UploadAborted``. If it were cancelled while
    uploading to a bucket, it would leave the parts there, and the iterator that it reads would never end.
    """

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(1)
        self._aborted = False

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the chunks to the library."""
        while (chunk := await self._queue.get()) is not None:
            yield chunk
        if self._aborted:
            raise _UploadAborted

    async def feed(self, chunks: AsyncIterator[bytes], upload: "asyncio.Future[Any]") -> None:
        """Pass all chunks to the library. On failure, raise the error once the library has cleaned up."""
        try:
            async for chunk in chunks:
                await self._send(chunk, upload)
            await self._send(None, upload)
            with _store_errors():
                await asyncio.shield(upload)
        except BaseException:
            self._aborted = True
            cleanup = asyncio.gather(self._send(None, upload), upload, return_exceptions=True)
            await asyncio.wait([cleanup], timeout=_CLEANUP_SECONDS)
            raise

    async def _send(self, chunk: bytes | None, upload: "asyncio.Future[Any]") -> None:
        pending = asyncio.ensure_future(self._queue.put(chunk))
        try:
            await asyncio.wait([pending, upload], return_when=asyncio.FIRST_COMPLETED)
            if not pending.done():  # the library stopped reading early, because it failed
                with _store_errors():
                    await asyncio.shield(upload)
        finally:
            pending.cancel()


class _UploadAborted(Exception):  # noqa: N818 - a signal to the library, not an error
    """Raised to tell the library that no more chunks will follow and the upload is incomplete."""


def folder_store(folder: Path) -> FileStore:
    """Return the store in a folder, which is created for its owner alone if necessary. Raises OSError."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return FileStore(LocalStore(folder), folder=folder)


def bucket_store(url: str, *, allow_http: bool) -> FileStore:
    """Return the store at ``s3://bucket/prefix``; the usual ``AWS_…`` variables set its keys, region and endpoint."""
    store = S3Store.from_url(
        url,
        client_options={
            "allow_http": allow_http,
            "timeout": _REQUEST_TIMEOUT,
            "connect_timeout": timedelta(seconds=10),
        },
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
    )
    return FileStore(store)


def _make_durable(folder: Path, key: str) -> None:
    """Make a written file private to its owner, and sync it to disk."""
    with (folder / key).open("rb") as file:
        os.fchmod(file.fileno(), 0o600)
        os.fsync(file.fileno())
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _delete_unfinished(folder: Path, key: str) -> None:
    """Delete unfinished writes, which the library names ``KEY#1``, ``KEY#2`` … until the file is complete."""
    for unfinished in folder.glob(f"{key}#*"):
        unfinished.unlink(missing_ok=True)
