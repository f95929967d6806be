"""Tests of the daily limit of uploads over real connections."""

import asyncio
import resource

import pytest

from models import Member, StoredFile
from models.database import fetch
from tests.support import factories as make
from tests.support.scenarios.college import College
from tests.support.servers.file_endpoints import (
    PDF,
    FileServer,
    parse_error,
    part,
    request_head,
    wait_until_empty,
)

pytestmark = pytest.mark.server


async def test_daily_limit(server: FileServer, tenant: College) -> None:
    async def create_earlier_upload(uploader: Member, size: int, hours: int) -> None:
        await StoredFile.create(
            organisation=tenant.organisation, uploader=uploader, type_key="JOB", field_key="evidence", name="a",
            media_type="application/pdf", bytes=size, created_at=make.now(), complete=True,
        )  # fmt: skip
        await fetch(
            "UPDATE stored_file SET created_at = now() - make_interval(hours => $1) WHERE bytes = $2", hours, size
        )

    await create_earlier_upload(tenant.ada, 499_000_000, 25)
    await create_earlier_upload(tenant.ada, 300_000_000, 20)
    await create_earlier_upload(tenant.ada, 199_999_999, 2)
    await create_earlier_upload(tenant.bob, 400_000_000, 1)
    response = await server.send(tenant.ada)
    assert parse_error(response) == (429, "RATE_LIMITED", "At most 500,000,000 bytes a day can be uploaded.")
    wait = response.json()["errors"][0]["extensions"]["retryAfter"]
    assert 3 * 3600 < wait <= 4 * 3600
    assert response.headers["retry-after"] == str(wait)
    assert (await server.send(tenant.bob)).status_code == 201
    assert await StoredFile.filter(uploader=tenant.ada).count() == 3


async def add_uploads(uploader: Member, count: int, size: int) -> None:
    organisation = await uploader.organisation
    rows = [
        StoredFile(
            organisation=organisation, uploader=uploader, type_key="JOB", field_key="evidence", name="a",
            media_type="application/pdf", bytes=size, created_at=make.now(), complete=True,
        )
        for _ in range(count)
    ]  # fmt: skip
    await StoredFile.bulk_create(rows)


async def test_small_files_are_limited_by_their_number(server: FileServer, tenant: College) -> None:
    await add_uploads(tenant.ada, 499, 1)
    assert (await server.send(tenant.ada)).status_code == 201
    response = await server.send(tenant.ada)
    assert parse_error(response) == (429, "RATE_LIMITED", "At most 500 files a day can be uploaded.")
    wait = response.json()["errors"][0]["extensions"]["retryAfter"]
    assert 23 * 3600 < wait <= 24 * 3600
    assert (await server.send(tenant.bob)).status_code == 201
    assert await StoredFile.filter(uploader=tenant.ada).count() == 500


async def test_small_files_count_as_64_kb(server: FileServer, tenant: College) -> None:
    await add_uploads(tenant.ada, 300, 1)
    await add_uploads(tenant.ada, 1, 500_000_000 - 300 * 65_536 - 60_000)
    response = await server.send(tenant.ada)
    assert parse_error(response) == (429, "RATE_LIMITED", "At most 500,000,000 bytes a day can be uploaded.")


async def test_daily_limit_counts_uploads_in_progress_by_their_largest_size(
    server: FileServer, tenant: College
) -> None:
    """If sixty uploads of unknown length start together for a field of up to 10 MB, fifty fit into the daily limit."""
    connections = [await server.connect() for _ in range(60)]
    for _, writer in connections:
        beginning = part(PDF)[:-2]
        writer.write(request_head(tenant.ada, "Transfer-Encoding: chunked"))
        writer.write(f"{len(beginning):x}\r\n".encode() + beginning + b"\r\n")
    responses = {asyncio.create_task(reader.read(12)) for reader, _ in connections}
    status_lines: list[bytes] = []
    async with asyncio.timeout(30):
        while len(status_lines) < 10:
            done, responses = await asyncio.wait(responses, return_when=asyncio.FIRST_COMPLETED)
            status_lines += [task.result() for task in done]
    (row,) = await fetch("SELECT count(*) AS uploads, sum(bytes)::int8 AS bytes FROM stored_file")
    assert (status_lines, row["uploads"], row["bytes"]) == ([b"HTTP/1.1 429"] * 10, 50, 500_000_000)
    for task in responses:
        task.cancel()
    for _, writer in connections:
        writer.transport.abort()
    await wait_until_empty(server)


async def test_a_full_disk_is_answered_with_507_and_logged(
    server: FileServer, tenant: College, caplog: pytest.LogCaptureFixture
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # the closest to a full disk that needs no root
    try:
        response = await server.send(tenant.ada, PDF + bytes(600_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert parse_error(response) == (
        507,
        "INSUFFICIENT_STORAGE",
        "The server has no room for files now. Try again later, and tell its operator.",
    )
    assert caplog.messages == ["an upload could not be stored: GenericError: EFBIG, File too large"]
    assert server.storage.keys() == []
    assert not await StoredFile.exists()
