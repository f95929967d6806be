"""Uploads over real sockets: what is taken, what is refused, and that a refusal leaves neither a row nor bytes."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from models import Member, StoredFile
from models.database import fetch
from services.kernel.global_ids import NodeReference, from_global_id
from tests.support import factories as make
from tests.support.scenarios.college import College, college
from tests.support.scenarios.sample_files import DOCX, EXE, ZIP
from tests.support.servers.file_endpoints import END, PDF, PNG, Doors, doors, head, nothing, part, refusal
from tests.support.servers.file_stores import content, storage_in

pytestmark = pytest.mark.server

OF_10_MB = PDF + b"\xff" * (10_000_000 - len(PDF))


@pytest.fixture(params=["folder", "bucket"])
async def both(request: pytest.FixtureRequest, database: str) -> AsyncIterator[Doors]:
    async with doors(storage_in(request.param, request)) as running:
        yield running


@pytest.fixture
async def at(request: pytest.FixtureRequest, database: str) -> AsyncIterator[Doors]:
    async with doors(storage_in("folder", request)) as running:
        yield running


@pytest.fixture
async def house(database: str) -> College:
    return await college()


async def test_a_file_is_kept_as_it_was_sent(both: Doors, house: College) -> None:
    answer = await both.send(house.bob, PDF, name="Payslip März.pdf")
    assert (answer.status_code, list(answer.json())) == (201, ["id"])
    reference = from_global_id(answer.json()["id"])
    assert isinstance(reference, NodeReference)
    (row,) = await fetch("SELECT * FROM stored_file")
    assert {name: value for name, value in row.items() if name != "created_at"} == {
        "id": reference.id,
        "organisation_id": house.organisation.id,
        "uploader_id": house.bob.id,
        "type_key": "JOB",
        "field_key": "evidence",
        "name": "Payslip März.pdf",
        "media_type": "application/pdf",
        "bytes": len(PDF),
        "complete": True,
        "tracker_id": None,
    }
    assert reference.type_name == "File"
    assert await content(both.storage.store, reference.id) == PDF


async def test_a_file_of_the_largest_size_is_taken_and_one_byte_more_is_not(both: Doors, house: College) -> None:
    assert (await both.send(house.ada, OF_10_MB)).status_code == 201
    (kept,) = both.storage.keys()
    answer = await both.send(house.ada, OF_10_MB + b"\xff")
    assert refusal(answer) == (413, "CONTENT_TOO_LARGE", "Evidence takes files of at most 10,000,000 bytes.")
    assert answer.json()["errors"][0]["extensions"]["maximum"] == 10_000_000
    assert both.storage.keys() == [kept]
    assert [str(row.id) for row in await StoredFile.all()] == [kept]


async def test_several_at_once_are_each_whole(both: Doors, house: College) -> None:
    contents = [PDF + bytes([number]) * 3_000_000 for number in range(200, 204)]
    answers = await asyncio.gather(*(both.send(house.ada, one) for one in contents))
    for answer, sent in zip(answers, contents, strict=True):
        reference = from_global_id(answer.json()["id"])
        assert reference is not None
        assert await content(both.storage.store, reference.id) == sent


async def test_nobody_uploads_without_a_token(at: Doors, house: College) -> None:
    answer = await at.send(None)
    assert refusal(answer) == (401, "UNAUTHENTICATED", "Sign in first.")
    assert answer.headers["www-authenticate"] == "Bearer"
    await nothing(at)


A_PROGRAM = "this is application/vnd.microsoft.portable-executable."
AN_OFFICE_DOCUMENT = "this is application/vnd.openxmlformats-officedocument.wordprocessingml.document."
NOT_WHAT_IT_SAYS = "the file is not what its Content-Type says."


@pytest.mark.parametrize(
    ("content", "media_type", "message"),
    [
        (EXE, "application/pdf", NOT_WHAT_IT_SAYS),
        (EXE, "application/octet-stream", A_PROGRAM),
        (EXE + PDF, "application/pdf", NOT_WHAT_IT_SAYS),
        (EXE * 99 + PDF, "application/pdf", A_PROGRAM),
        (b"<html><script>alert(1)</script>" + PDF, "application/pdf", NOT_WHAT_IT_SAYS),
        (PDF, "image/png", NOT_WHAT_IT_SAYS),
        (b"plain words", "image/jpeg", NOT_WHAT_IT_SAYS),
        (b"plain words", "text/plain", "this is text/plain."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "this is image/svg+xml."),
        (DOCX, "application/octet-stream", AN_OFFICE_DOCUMENT),
        (b"\x00\x01\x02" * 900, "application/octet-stream", "this is application/octet-stream."),
        # One file, two programs: what opens as a PDF and unpacks as an archive.
        (PDF + ZIP, "application/pdf", "this is a ZIP archive as well."),
        (PNG + b"\0" * 99_000 + ZIP, "image/png", "this is a ZIP archive as well."),
    ],
)
async def test_what_a_file_is_counts_not_what_it_is_called(
    at: Doors, house: College, content: bytes, media_type: str, message: str
) -> None:
    answer = await at.send(house.ada, content, media_type=media_type)
    accepts = "Evidence takes application/pdf, image/png, image/jpeg; "
    assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE", accepts + message)
    assert answer.json()["errors"][0]["extensions"]["accept"] == ["application/pdf", "image/png", "image/jpeg"]
    await nothing(at)


async def test_a_large_file_of_the_wrong_type_is_refused_by_its_beginning(at: Doors, house: College) -> None:
    """The body never ends: only who stops reading can answer."""
    reader, writer = await at.line()
    writer.write(head(house.ada, "Transfer-Encoding: chunked"))
    beginning = part(EXE + b"\0" * 70_000)[:-2]
    writer.write(f"{len(beginning):x}\r\n".encode() + beginning + b"\r\n")
    async with asyncio.timeout(20):
        answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 415 ")
    assert b"connection: close" in answer.lower()
    writer.close()
    await nothing(at)


async def test_who_sends_without_end_is_told_and_hung_up_on(both: Doors, house: College) -> None:
    reader, writer = await both.line()
    writer.write(head(house.ada, "Transfer-Encoding: chunked"))
    answer = asyncio.create_task(reader.read(12))
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
    assert await answer == b"HTTP/1.1 413"
    await nothing(both)


@pytest.mark.parametrize("size", [0, 100, 300_000, 6_000_000])
async def test_an_upload_that_is_cut_off_leaves_nothing(both: Doors, house: College, size: int) -> None:
    _, writer = await both.line()
    writer.write(head(house.ada, "Content-Length: 9000000") + part(PDF + b"\xff" * size)[:-2])
    await writer.drain()
    async with asyncio.timeout(10):
        while not await StoredFile.exists():
            await asyncio.sleep(0.01)
    writer.transport.abort()
    await nothing(both)


async def test_who_sends_nothing_more_is_not_waited_for(request: pytest.FixtureRequest, house: College) -> None:
    async with doors(storage_in("folder", request), idle_seconds=0.2) as at:
        for beginning in (b"", part(PDF)[:-2]):
            reader, writer = await at.line()
            writer.write(head(house.ada, "Content-Length: 9000000") + beginning)
            async with asyncio.timeout(30):
                assert await reader.read(12) == b"HTTP/1.1 408"
            writer.close()
        await nothing(at)


async def test_a_content_length_that_lies(at: Doors, house: College) -> None:
    body = part(PDF) + END
    short, long = len(body) - 20, 10_065_537 + len(PDF)
    # Told less than is sent: what is told is no whole body.
    reader, writer = await at.line()
    writer.write(head(house.ada, f"Content-Length: {short}", "Connection: close") + body)
    assert (await reader.read(12)) == b"HTTP/1.1 400"
    writer.close()
    await nothing(at)
    # Told more than the field takes: refused before a byte of it came.
    reader, writer = await at.line()
    writer.write(head(house.ada, f"Content-Length: {long}", "Expect: 100-continue"))
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert json.loads(await reader.read())["errors"][0]["extensions"]["code"] == "CONTENT_TOO_LARGE"
    writer.close()
    await nothing(at)


async def test_who_waits_for_leave_to_send_gets_it(at: Doors, house: College) -> None:
    body = part(PDF) + END
    reader, writer = await at.line()
    writer.write(head(house.ada, f"Content-Length: {len(body)}", "Expect: 100-continue"))
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(body)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 201 ")
    writer.close()


async def test_bytes_a_day_are_limited(at: Doors, house: College) -> None:
    async def earlier(by: Member, size: int, hours: int) -> None:
        await StoredFile.create(
            organisation=house.organisation, uploader=by, type_key="JOB", field_key="evidence", name="a",
            media_type="application/pdf", bytes=size, created_at=make.now(), complete=True,
        )  # fmt: skip
        await fetch(
            "UPDATE stored_file SET created_at = now() - make_interval(hours => $1) WHERE bytes = $2", hours, size
        )

    await earlier(house.ada, 499_000_000, 25)
    await earlier(house.ada, 300_000_000, 20)
    await earlier(house.ada, 199_999_999, 2)
    await earlier(house.bob, 400_000_000, 1)
    answer = await at.send(house.ada)
    assert refusal(answer) == (429, "RATE_LIMITED", "At most 500,000,000 bytes a day can be uploaded.")
    wait = answer.json()["errors"][0]["extensions"]["retryAfter"]
    assert 3 * 3600 < wait <= 4 * 3600
    assert answer.headers["retry-after"] == str(wait)
    assert (await at.send(house.bob)).status_code == 201
    assert await StoredFile.filter(uploader=house.ada).count() == 3


async def test_uploads_under_way_count_with_what_they_may_become(at: Doors, house: College) -> None:
    """Of sixty that begin at once, each of unknown length for a field of 10 MB, fifty fit into a day."""
    lines = [await at.line() for _ in range(60)]
    for _, writer in lines:
        beginning = part(PDF)[:-2]
        writer.write(head(house.ada, "Transfer-Encoding: chunked"))
        writer.write(f"{len(beginning):x}\r\n".encode() + beginning + b"\r\n")
    answers = {asyncio.create_task(reader.read(12)) for reader, _ in lines}
    refused: list[bytes] = []
    async with asyncio.timeout(30):
        while len(refused) < 10:
            done, answers = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
            refused += [one.result() for one in done]
    (row,) = await fetch("SELECT count(*) AS uploads, sum(bytes)::int8 AS bytes FROM stored_file")
    assert (refused, row["uploads"], row["bytes"]) == ([b"HTTP/1.1 429"] * 10, 50, 500_000_000)
    for one in answers:
        one.cancel()
    for _, writer in lines:
        writer.transport.abort()
    await nothing(at)
