"""The two stores that files are kept in, for tests that hold for both."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.files.store import FileStore, bucket_store, folder_store
from tests.support.servers.s3 import Bucket


@dataclass
class Kept:
    """A store, and what lies in it as its owner sees it."""

    store: FileStore
    place: Path | Bucket

    def keys(self) -> list[str]:
        """Everything there, whole or not."""
        if isinstance(self.place, Path):
            return sorted(path.name for path in self.place.iterdir())
        return sorted(key.removeprefix("ours/") for key in self.place.keys() + self.place.unfinished())


def kept_in(kind: str, request: pytest.FixtureRequest) -> Kept:
    """A fresh folder or bucket."""
    if kind == "folder":
        folder: Path = request.getfixturevalue("tmp_path") / "files"
        return Kept(folder_store(folder), folder)
    bucket: Bucket = request.getfixturevalue("bucket")
    return Kept(bucket_store(bucket.url, allow_http=True), bucket)


async def stream(*chunks: bytes | Exception) -> AsyncIterator[bytes]:
    """Chunks as they come in; an error ends them."""
    for chunk in chunks:
        if isinstance(chunk, Exception):
            raise chunk
        yield chunk


async def content(store: FileStore, file_id: object) -> bytes:
    """All of a file."""
    return b"".join([piece async for piece in store.read(file_id)])  # type: ignore[arg-type]
