"""A real server for uploads and downloads on a free port, with a file store and the test's own database."""

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
class FileServer:
    """A running server for uploads and downloads, for which a member's id serves as their bearer token."""

    url: str
    installation: Installation
    storage: Storage

    async def send(self, by: Member | None, content: bytes = PDF, **options: Any) -> httpx.Response:
        """Upload a file as a member, or anonymously.

        ``options`` are the name, the media type, and query parameters.
        """
        name, media_type = options.pop("name", "slip.pdf"), options.pop("media_type", "application/pdf")
        params = {"type": "JOB", "field": "evidence"} | options
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            return await client.post(
                f"{self.url}/files",
                params=params,
                files={"file": (name, content, media_type)},
                headers={"authorization": f"Bearer {by.id}"} if by else {},
            )

    async def post(self, by: Member, body: bytes, query: str = "type=JOB&field=evidence", **headers: str) -> Any:
        """Send an upload with exactly this request body."""
        extra_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        all_headers = {
            "content-type": f"multipart/form-data; boundary={BOUNDARY}",
            "authorization": f"Bearer {by.id}",
        } | extra_headers
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            return await client.post(f"{self.url}/files?{query}", content=body, headers=all_headers)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a TCP connection to the server."""
        parts = urlsplit(self.url)
        return await asyncio.open_connection(parts.hostname, parts.port)


def request_head(by: Member, length: str, *more: str) -> bytes:
    """Return the request line and headers of an upload; ``length`` is a header line such as Content-Length."""
    lines = [
        "POST /files?type=JOB&field=evidence HTTP/1.1", "Host: a", f"Authorization: Bearer {by.id}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}", length, *more, "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def part(content: bytes, *, name: str = "file", headers: str = "Content-Type: application/pdf\r\n") -> bytes:
    """Return one part of a multipart body, without the boundary that follows it."""
    disposition = f'Content-Disposition: form-data; name="{name}"; filename="slip.pdf"\r\n'
    return f"--{BOUNDARY}\r\n{disposition}{headers}\r\n".encode() + content + b"\r\n"


END_OF_BODY = f"--{BOUNDARY}--\r\n".encode()


@asynccontextmanager
async def run_file_server(storage: Storage, *, idle_seconds: float = 60) -> AsyncIterator[FileServer]:
    """Run the server during the block; ``idle_seconds`` is how long it waits for the next bytes of an upload."""
    viewers: dict[str, Viewer] = {}

    async def authenticate(authorization: str | None) -> Viewer | None:
        member_id = (authorization or "").removeprefix("Bearer ")
        member = await Member.get_or_none(id=member_id) if member_id else None
        if member and member_id not in viewers:
            viewers[member_id] = await viewer(member)
        return viewers.get(member_id)

    installation = Installation(secret=b"a secret of tests, 32 bytes or more", edit_url="https://app.example/{id}")
    routes = [
        Route("/files", UploadEndpoint(storage.store, authenticate, idle_seconds=idle_seconds)),
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
        yield FileServer(url, Installation(installation.secret, installation.edit_url, public_url=url), storage)
    finally:
        server.should_exit = True
        async with asyncio.timeout(10):
            await task


async def wait_until_empty(server: FileServer) -> None:
    """Wait until no row and no file is stored; a server notices a lost connection with a delay."""
    async with asyncio.timeout(10):
        while server.storage.keys() or await StoredFile.exists():
            await asyncio.sleep(0.01)


def parse_error(response: Any) -> tuple[int, str, str]:
    """Return the status, error code and message of a response, which must hold exactly one GraphQL error."""
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert list(body) == ["errors"]
    (error,) = body["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]
