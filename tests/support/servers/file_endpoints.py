"""The addresses for files over real sockets, before a store and the test's own database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from models import Member, StoredFile
from server.endpoints.downloads import DownloadEndpoint
from server.endpoints.uploads import UploadEndpoint
from services.installation import Installation
from services.viewer import Viewer
from tests.support.clients.graphql import viewer
from tests.support.servers.file_stores import Storage

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 30
BOUNDARY = "a-Boundary-of-Ours"


@dataclass
class Doors:
    """The running addresses; a member's id is their bearer token."""

    url: str
    installation: Installation
    storage: Storage

    async def send(self, by: Member | None, content: bytes = PDF, **about: Any) -> httpx.Response:
        """An upload as any HTTP client makes it."""
        name, media_type = about.pop("name", "slip.pdf"), about.pop("media_type", "application/pdf")
        where = {"type": "JOB", "field": "evidence"} | about
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            return await client.post(
                f"{self.url}/files",
                params=where,
                files={"file": (name, content, media_type)},
                headers={"authorization": f"Bearer {by.id}"} if by else {},
            )

    async def post(self, by: Member, body: bytes, query: str = "type=JOB&field=evidence", **headers: str) -> Any:
        """An upload with exactly this body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {
            "content-type": f"multipart/form-data; boundary={BOUNDARY}",
            "authorization": f"Bearer {by.id}",
        } | named
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            return await client.post(f"{self.url}/files?{query}", content=body, headers=given)

    async def line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection."""
        parts = urlsplit(self.url)
        return await asyncio.open_connection(parts.hostname, parts.port)


def head(by: Member, length: str, *more: str) -> bytes:
    """The head of an upload's request, for a bare connection; ``length`` is a whole header line."""
    lines = [
        "POST /files?type=JOB&field=evidence HTTP/1.1", "Host: a", f"Authorization: Bearer {by.id}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}", length, *more, "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def part(content: bytes, *, name: str = "file", headers: str = "Content-Type: application/pdf\r\n") -> bytes:
    """One part, without the boundary that ends it."""
    disposition = f'Content-Disposition: form-data; name="{name}"; filename="slip.pdf"\r\n'
    return f"--{BOUNDARY}\r\n{disposition}{headers}\r\n".encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


@asynccontextmanager
async def doors(storage: Storage, *, idle_seconds: float = 60) -> AsyncIterator[Doors]:
    """The running server; ``idle_seconds`` is how long it waits for the next byte."""
    known: dict[str, Viewer] = {}

    async def viewer_of(authorization: str | None) -> Viewer | None:
        name = (authorization or "").removeprefix("Bearer ")
        found = await Member.get_or_none(id=name) if name else None
        if found and name not in known:
            known[name] = await viewer(found)
        return known.get(name)

    installation = Installation(secret=b"a secret of tests, 32 bytes or more", edit_url="https://app.example/{id}")
    routes = [
        Route("/files", UploadEndpoint(storage.store, viewer_of, idle_seconds=idle_seconds)),
        Route("/files/{address:path}", DownloadEndpoint(storage.store, installation)),
    ]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_config=None, lifespan="off")
    )
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield Doors(url, Installation(installation.secret, installation.edit_url, public_url=url), storage)
    finally:
        server.should_exit = True
        async with asyncio.timeout(10):
            await task


async def nothing(at: Doors) -> None:
    """Neither a row nor bytes; a server that was hung up on needs a moment to notice."""
    async with asyncio.timeout(10):
        while at.storage.keys() or await StoredFile.exists():
            await asyncio.sleep(0.01)


def refusal(answer: Any) -> tuple[int, str, str]:
    """The status, code and message of an answer that is GraphQL's error JSON and nothing else."""
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert list(body) == ["errors"]
    (error,) = body["errors"]
    return answer.status_code, error["extensions"]["code"], error["message"]
