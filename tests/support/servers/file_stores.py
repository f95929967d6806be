"""The two kinds of file store, for tests that hold for both."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.files.store import FileStore, bucket_store, folder_store
from tests.support.servers.s3 import Bucket


@dataclass
class Storage:
    """A file store, and the folder or bucket behind it."""

    store: FileStore
    location: Path | Bucket

    def keys(self) -> list[str]:
        """Return the names of everything stored, finished or not."""
        if isinstance(self.location, Path):
            return sorted(path.name for path in self.location.iterdir())
        return sorted(key.removeprefix("ours/") for key in self.location.keys() + self.location.unfinished_uploads())


def make_storage(kind: str, request: pytest.FixtureRequest) -> Storage:
    """Return a store in a new folder or bucket."""
    if kind == "folder":
        folder: Path = request.getfixturevalue("tmp_path") / "files"
        return Storage(folder_store(folder), folder)
    bucket: Bucket = request.getfixturevalue("bucket")
    return Storage(bucket_store(bucket.url, allow_http=True), bucket)


async def stream(*chunks: bytes | Exception) -> AsyncIterator[bytes]:
    """Yield chunks as they come in; raise an error among them."""
    for chunk in chunks:
        if isinstance(chunk, Exception):
            raise chunk
        yield chunk


async def read_content(store: FileStore, file_id: object) -> bytes:
    """Return the whole content of a file."""
    return b"".join([piece async for piece in store.read(file_id)])  # type: ignore[arg-type]
