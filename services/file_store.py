"""Where the bytes of files lie: a local folder, or a bucket of an S3-compatible store. One object a file, named by its id."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

READ_SIZE = 65_536
"""Bytes that a reader is given at a time, more or less."""
_PART = {"folder": 262_144, "bucket": 5 * 1024 * 1024}
"""Bytes of an upload that are held until they are written; S3 takes no smaller part."""
_LONGEST = timedelta(hours=1)
"""One request to the store may take so long: somebody may be reading slowly at the other end."""


class StoreFailed(Exception):  # noqa: N818 - of the store, told by its class alone
    """The store did not do as it was told. What it said may hold addresses and keys, so it is not repeated here."""


class FileStore:
    """Bytes by file id; written whole or not at all, and never changed."""

    def __init__(self, store: ObjectStore, *, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder
        self._part = _PART["folder" if folder else "bucket"]

    async def write(self, file_id: UUID, chunks: AsyncIterator[bytes]) -> None:
        """Keep what ``chunks`` yields, as it comes. What it raises ends the writing, leaves nothing and comes out here.

        Raises StoreFailed.
        """
        key = str(file_id)
        try:
            await self._store.put_async(key, chunks, chunk_size=self._part, max_concurrency=1)
            if self._folder:
                await asyncio.to_thread(_settle, self._folder, key)
        except (BaseError, OSError) as error:
            raise StoreFailed(type(error).__name__) from None

    async def read(self, file_id: UUID) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, in pieces. Raises StoreFailed, before the first piece if there is no such file."""
        try:
            found = await self._store.get_async(str(file_id))
            async for chunk in found.stream(min_chunk_size=READ_SIZE):
                yield bytes(chunk)
        except (BaseError, OSError) as error:
            raise StoreFailed(type(error).__name__) from None

    async def delete(self, file_id: UUID) -> None:
        """Forget a file, whether there is one or not, and what a process that ended while writing it left.

        A bucket keeps the parts of such an upload to itself until its own lifecycle rule removes them.
        Raises StoreFailed.
        """
        key = str(file_id)
        try:
            with suppress(FileNotFoundError):
                await self._store.delete_async(key)
            if self._folder:
                await asyncio.to_thread(_sweep, self._folder, key)
        except (BaseError, OSError) as error:
            raise StoreFailed(type(error).__name__) from None

    async def check(self) -> None:
        """Whether the store answers. Raises StoreFailed."""
        try:
            await self._store.list(chunk_size=1).__anext__()
        except StopAsyncIteration:
            pass
        except (BaseError, OSError) as error:
            raise StoreFailed(type(error).__name__) from None


def folder_store(folder: Path) -> FileStore:
    """A folder, made where it is absent, and open to its owner alone. Raises OSError."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_mode & 0o777 != 0o700:
        folder.chmod(0o700)
    return FileStore(LocalStore(folder), folder=folder)


def bucket_store(url: str, *, allow_http: bool) -> FileStore:
    """``s3://bucket/prefix``; keys, region and endpoint come from the usual ``AWS_…`` variables."""
    store = S3Store.from_url(
        url,
        client_options={"allow_http": allow_http, "timeout": _LONGEST, "connect_timeout": timedelta(seconds=10)},
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
    )
    return FileStore(store)


def _settle(folder: Path, key: str) -> None:
    """A file written is open to its owner alone, and there after a power cut."""
    with (folder / key).open("rb") as file:
        os.fchmod(file.fileno(), 0o600)
        os.fsync(file.fileno())
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _sweep(folder: Path, key: str) -> None:
    """The library writes into ``KEY#1`` (2, 3 …) beside a file until it is whole."""
    for unfinished in folder.glob(f"{key}#*"):
        unfinished.unlink(missing_ok=True)
