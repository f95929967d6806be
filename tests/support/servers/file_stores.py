"""Both kinds of file store, for tests that run with each of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.files.store import FileStore, bucket_store, folder_store
from tests.support.servers.s3 import Bucket


@dataclass
class Storage:
    """A file store, and the directory or bucket that it writes to."""

    store: FileStore
    location: Path | Bucket

    def keys(self) -> list[str]:
        """Return the keys of all stored files, including unfinished uploads."""
        if isinstance(self.location, Path):
            return sorted(path.name for path in self.location.iterdir())
        return sorted(key.removeprefix("ours/") for key in self.location.keys() + self.location.unfinished_uploads())


def make_storage(kind: str, request: pytest.FixtureRequest) -> Storage:
    """Return a store of this kind in a new directory or bucket."""
    if kind == "folder":
        directory: Path = request.getfixturevalue("tmp_path") / "files"
        return Storage(folder_store(directory), directory)
    bucket: Bucket = request.getfixturevalue("bucket")
    return Storage(bucket_store(bucket.url, allow_http=True), bucket)


async def stream(*chunks: bytes | Exception) -> AsyncIterator[bytes]:
    """Yield the chunks of an upload; raise a chunk that is an exception."""
    for chunk in chunks:
        if isinstance(chunk, Exception):
            raise chunk
        yield chunk


async def read_content(store: FileStore, file_id: object) -> bytes:
    """Return the whole content of a stored file."""
    return b"".join([piece async for piece in store.read(file_id)])  # type: ignore[arg-type]
