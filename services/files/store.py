"""Where the bytes of files lie: a local folder, or a bucket of an S3-compatible store. One object a file, named by its id."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

READ_SIZE = 65_536
"""Bytes that a reader is given at a time, more or less."""
_PART = {"folder": 262_144, "bucket": 5 * 1024 * 1024}
"""Bytes of an upload that are held until they are written; S3 takes no smaller part."""
_TIDY_SECONDS = 60.0
_LONGEST = timedelta(hours=1)
"""One request to the store may take so long: somebody may be reading slowly at the other end."""


class StoreError(Exception):
    """The store did not do as it was told. What it said may hold addresses and keys, so it is not repeated here."""


class FileStore:
    """Bytes by file id; written whole or not at all, and never changed."""

    def __init__(self, store: ObjectStore, *, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder
        self._part = _PART["folder" if folder else "bucket"]

    async def write(self, file_id: UUID, chunks: AsyncIterator[bytes]) -> None:
        """Keep what ``chunks`` yields, as it comes. What it raises ends the writing, leaves nothing and comes out here.

        Raises StoreError.
        """
        key = str(file_id)
        relay = _Relay()
        putting = asyncio.ensure_future(
            self._store.put_async(key, relay.taken(), chunk_size=self._part, max_concurrency=1)
        )
        await relay.hand_over(chunks, putting)
        if self._folder:
            with _told_by_class():
                await asyncio.to_thread(_settle, self._folder, key)

    async def read(self, file_id: UUID) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, in pieces. Raises StoreError, before the first piece if there is no such file."""
        with _told_by_class():
            found = await self._store.get_async(str(file_id))
            async for chunk in found.stream(min_chunk_size=READ_SIZE):
                yield bytes(chunk)

    async def delete(self, file_id: UUID) -> None:
        """Forget a file, whether there is one or not, and what a process that ended while writing it left.

        A bucket keeps the parts of such an upload to itself until its own lifecycle rule removes them.
        Raises StoreError.
        """
        key = str(file_id)
        with _told_by_class():
            with suppress(FileNotFoundError):
                await self._store.delete_async(key)
            if self._folder:
                await asyncio.to_thread(_sweep, self._folder, key)

    async def check(self) -> None:
        """Whether the store answers. Raises StoreError."""
        with _told_by_class(), suppress(StopAsyncIteration):
            await self._store.list(chunk_size=1).__anext__()


@contextmanager
def _told_by_class() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise StoreError(type(error).__name__) from None


class _Relay:
    """Hands chunks to the library one at a time.

    The library is never cancelled and never sees an error of ours, but one of its own kind: cancelled in the middle
    of an upload to a bucket it would leave the parts there, and the iterator that it reads waiting for ever.
    """

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(1)
        self._broken = False

    async def taken(self) -> AsyncIterator[bytes]:
        """What the library reads."""
        while (chunk := await self._queue.get()) is not None:
            yield chunk
        if self._broken:
            raise _BrokenOffError

    async def hand_over(self, chunks: AsyncIterator[bytes], putting: "asyncio.Future[Any]") -> None:
        """All chunks, until the library has them. What breaks it off is raised once the library has tidied up."""
        try:
            async for chunk in chunks:
                await self._hand(chunk, putting)
            await self._hand(None, putting)
            with _told_by_class():
                await asyncio.shield(putting)
        except BaseException:
            self._broken = True
            tidied = asyncio.gather(self._hand(None, putting), putting, return_exceptions=True)
            await asyncio.wait([tidied], timeout=_TIDY_SECONDS)
            raise

    async def _hand(self, chunk: bytes | None, putting: "asyncio.Future[Any]") -> None:
        handing = asyncio.ensure_future(self._queue.put(chunk))
        try:
            await asyncio.wait([handing, putting], return_when=asyncio.FIRST_COMPLETED)
            if not handing.done():  # the library ended before it was told to: it failed
                with _told_by_class():
                    await asyncio.shield(putting)
        finally:
            handing.cancel()


class _BrokenOffError(Exception):
    """Tells the library that what it reads will not be whole."""


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
