"""Tests of accepted and rejected uploads over real connections, and that rejected uploads leave no data behind."""

import asyncio
import json

import pytest

from models import StoredFile
from models.database import fetch
from services.kernel.global_ids import NodeReference, from_global_id
from tests.support.scenarios.college import College
from tests.support.scenarios.sample_files import DOCX, EXE, ZIP
from tests.support.servers.file_endpoints import (
    END_OF_BODY,
    PDF,
    PNG,
    FileServer,
    parse_error,
    part,
    request_head,
    run_file_server,
    wait_until_empty,
)
from tests.support.servers.file_stores import make_storage, read_content

pytestmark = pytest.mark.server

TEN_MEGABYTE_PDF = PDF + b"\xff" * (10_000_000 - len(PDF))


async def test_file_is_stored_as_it_was_sent(each_server: FileServer, tenant: College) -> None:
    response = await each_server.send(tenant.bob, PDF, name="Payslip März.pdf")
    assert (response.status_code, list(response.json())) == (201, ["id"])
    reference = from_global_id(response.json()["id"])
    assert isinstance(reference, NodeReference)
    (row,) = await fetch("SELECT * FROM stored_file")
    assert {name: value for name, value in row.items() if name != "created_at"} == {
        "id": reference.id,
        "organisation_id": tenant.organisation.id,
        "uploader_id": tenant.bob.id,
        "type_key": "JOB",
        "field_key": "evidence",
        "name": "Payslip März.pdf",
        "media_type": "application/pdf",
        "bytes": len(PDF),
        "complete": True,
        "tracker_id": None,
    }
    assert reference.type_name == "File"
    assert await read_content(each_server.storage.store, reference.id) == PDF


async def test_size_limit(each_server: FileServer, tenant: College) -> None:
    assert (await each_server.send(tenant.ada, TEN_MEGABYTE_PDF)).status_code == 201
    (stored_key,) = each_server.storage.keys()
    response = await each_server.send(tenant.ada, TEN_MEGABYTE_PDF + b"\xff")
    assert parse_error(response) == (413, "CONTENT_TOO_LARGE", "'Evidence' takes files of at most 10,000,000 bytes.")
    assert response.json()["errors"][0]["extensions"]["maximum"] == 10_000_000
    assert each_server.storage.keys() == [stored_key]
    assert [str(row.id) for row in await StoredFile.all()] == [stored_key]


async def test_concurrent_uploads(each_server: FileServer, tenant: College) -> None:
    contents = [PDF + bytes([number]) * 3_000_000 for number in range(200, 204)]
    responses = await asyncio.gather(*(each_server.send(tenant.ada, content) for content in contents))
    for response, sent in zip(responses, contents, strict=True):
        reference = from_global_id(response.json()["id"])
        assert reference is not None
        assert await read_content(each_server.storage.store, reference.id) == sent


async def test_upload_needs_a_token(server: FileServer, tenant: College) -> None:
    response = await server.send(None)
    assert parse_error(response) == (401, "UNAUTHENTICATED", "Sign in first.")
    assert response.headers["www-authenticate"] == "Bearer"
    await wait_until_empty(server)


PROGRAM = "this is application/vnd.microsoft.portable-executable."
OFFICE_DOCUMENT = "this is application/vnd.openxmlformats-officedocument.wordprocessingml.document."
WRONG_CONTENT_TYPE = "the file is not what its Content-Type says."


@pytest.mark.parametrize(
    ("content", "media_type", "message"),
    [
        (EXE, "application/pdf", WRONG_CONTENT_TYPE),
        (EXE, "application/octet-stream", PROGRAM),
        (EXE + PDF, "application/pdf", WRONG_CONTENT_TYPE),
        (EXE * 99 + PDF, "application/pdf", PROGRAM),
        (b"<html><script>alert(1)</script>" + PDF, "application/pdf", WRONG_CONTENT_TYPE),
        (PDF, "image/png", WRONG_CONTENT_TYPE),
        (b"plain words", "image/jpeg", WRONG_CONTENT_TYPE),
        (b"plain words", "text/plain", "this is text/plain."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "this is image/svg+xml."),
        (DOCX, "application/octet-stream", OFFICE_DOCUMENT),
        (b"\x00\x01\x02" * 900, "application/octet-stream", "this is application/octet-stream."),
        # Polyglots: files that open as a PDF or image and unpack as an archive.
        (PDF + ZIP, "application/pdf", "this is a ZIP archive as well."),
        (PNG + b"\0" * 99_000 + ZIP, "image/png", "this is a ZIP archive as well."),
    ],
)
async def test_media_type_is_detected_from_the_content(
    server: FileServer, tenant: College, content: bytes, media_type: str, message: str
) -> None:
    response = await server.send(tenant.ada, content, media_type=media_type)
    accepts = "'Evidence' takes application/pdf, image/png, image/jpeg; "
    assert parse_error(response) == (415, "UNSUPPORTED_MEDIA_TYPE", accepts + message)
    assert response.json()["errors"][0]["extensions"]["accept"] == ["application/pdf", "image/png", "image/jpeg"]
    await wait_until_empty(server)


async def test_wrong_type_is_rejected_by_the_first_bytes(server: FileServer, tenant: College) -> None:
    """The body never ends, so a server that read all of it would never respond."""
    reader, writer = await server.connect()
    writer.write(request_head(tenant.ada, "Transfer-Encoding: chunked"))
    beginning = part(EXE + b"\0" * 70_000)[:-2]
    writer.write(f"{len(beginning):x}\r\n".encode() + beginning + b"\r\n")
    async with asyncio.timeout(20):
        response = await reader.readuntil(b"\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 415 ")
    assert b"connection: close" in response.lower()
    writer.close()
    await wait_until_empty(server)


async def test_endless_upload_is_rejected_and_disconnected(each_server: FileServer, tenant: College) -> None:
    reader, writer = await each_server.connect()
    writer.write(request_head(tenant.ada, "Transfer-Encoding: chunked"))
    response = asyncio.create_task(reader.read(12))
    chunk = part(PDF)[:-2]
    sent = 0
    try:
        while sent < 100_000_000:
            writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            await writer.drain()
            sent += len(chunk)
            chunk = b"\xff" * 262_144
    except ConnectionError:
        pass
    assert sent < 50_000_000
    writer.close()
    assert await response == b"HTTP/1.1 413"
    await wait_until_empty(each_server)


@pytest.mark.parametrize("size", [0, 100, 300_000, 6_000_000])
async def test_aborted_upload_leaves_nothing(each_server: FileServer, tenant: College, size: int) -> None:
    _, writer = await each_server.connect()
    writer.write(request_head(tenant.ada, "Content-Length: 9000000") + part(PDF + b"\xff" * size)[:-2])
    await writer.drain()
    async with asyncio.timeout(10):
        while not await StoredFile.exists():
            await asyncio.sleep(0.01)
    writer.transport.abort()
    await wait_until_empty(each_server)


async def test_idle_upload_times_out(request: pytest.FixtureRequest, tenant: College) -> None:
    async with run_file_server(make_storage("folder", request), idle_seconds=0.2) as server:
        for beginning in (b"", part(PDF)[:-2]):
            reader, writer = await server.connect()
            writer.write(request_head(tenant.ada, "Content-Length: 9000000") + beginning)
            async with asyncio.timeout(30):
                assert await reader.read(12) == b"HTTP/1.1 408"
            writer.close()
        await wait_until_empty(server)


async def test_wrong_content_length(server: FileServer, tenant: College) -> None:
    body = part(PDF) + END_OF_BODY
    short_length, long_length = len(body) - 20, 10_065_537 + len(PDF)
    # If it is less than what is sent, the body is incomplete.
    reader, writer = await server.connect()
    writer.write(request_head(tenant.ada, f"Content-Length: {short_length}", "Connection: close") + body)
    assert (await reader.read(12)) == b"HTTP/1.1 400"
    writer.close()
    await wait_until_empty(server)
    # If it is more than the field accepts, the upload is rejected before any of the body is received.
    reader, writer = await server.connect()
    writer.write(request_head(tenant.ada, f"Content-Length: {long_length}", "Expect: 100-continue"))
    response = await reader.readuntil(b"\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 413 ")
    assert json.loads(await reader.read())["errors"][0]["extensions"]["code"] == "CONTENT_TOO_LARGE"
    writer.close()
    await wait_until_empty(server)


async def test_expect_100_continue(server: FileServer, tenant: College) -> None:
    body = part(PDF) + END_OF_BODY
    reader, writer = await server.connect()
    writer.write(request_head(tenant.ada, f"Content-Length: {len(body)}", "Expect: 100-continue"))
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(body)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 201 ")
    writer.close()
