"""Uploads that are not one file for one field: other bodies, headers, addresses and methods."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from models import Role
from tests.support import factories as make
from tests.support.scenarios.college import College, college
from tests.support.servers.file_endpoints import END, PDF, Doors, doors, nothing, part, refusal
from tests.support.servers.file_stores import storage_in

pytestmark = pytest.mark.server


@pytest.fixture
async def at(request: pytest.FixtureRequest, database: str) -> AsyncIterator[Doors]:
    async with doors(storage_in("folder", request)) as running:
        yield running


@pytest.fixture
async def house(database: str) -> College:
    return await college()


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("type=NONE&field=evidence", 422, "UNKNOWN_TYPE"),
        ("type=%00&field=evidence", 422, "UNKNOWN_TYPE"),
        ("type=J%C3%96B&field=evidence", 422, "UNKNOWN_TYPE"),
        ("type=JOB&field=none", 422, "UNKNOWN_FIELD"),
        ("type=JOB&field=%00", 422, "UNKNOWN_FIELD"),
        ("type=JOB&field=jobTitle", 422, "WRONG_KIND"),
        ("type=CHANGE_OF_NAME&field=supportingDocument", 422, "FORBIDDEN"),
        ("type=JOB", 422, "BAD_USER_INPUT"),
        ("field=evidence", 422, "BAD_USER_INPUT"),
        ("type=JOB&type=ILR&field=evidence", 422, "BAD_USER_INPUT"),
        ("", 422, "BAD_USER_INPUT"),
    ],
)
async def test_where_nothing_can_be_uploaded(at: Doors, house: College, query: str, status: int, code: str) -> None:
    assert refusal(await at.post(house.tina, part(PDF) + END, query))[:2] == (status, code)
    await nothing(at)


async def test_who_may_upload_for_an_automation(at: Doors, house: College) -> None:
    """Whoever may open one, or change one; for a plain tracker everyone, since everyone may change it."""
    approver = await make.member(house.organisation, roles=[Role.EDIT_PROCESS_AUTOMATION_TRACKERS])
    about: dict[str, Any] = {"type": "CHANGE_OF_NAME", "field": "supportingDocument"}
    statuses = [(await at.send(one, **about)).status_code for one in (house.ada, approver, house.tina, house.bob)]
    assert statuses == [201, 201, 422, 422]
    assert (await at.send(house.bob)).status_code == 201


async def test_an_automation_that_is_switched_off_takes_no_files(at: Doors) -> None:
    elsewhere = await college(automations=False)
    answer = await at.send(elsewhere.ada, type="CHANGE_OF_NAME", field="supportingDocument")
    assert refusal(answer)[:2] == (422, "UNKNOWN_TYPE")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (END, 422, "BAD_USER_INPUT"),
        (part(PDF, name="other") + END, 422, "BAD_USER_INPUT"),
        (part(PDF) + part(PDF) + END, 422, "BAD_USER_INPUT"),
        (part(PDF) + part(b"words", name="note") + END, 422, "BAD_USER_INPUT"),
        (part(b"words", name="note") + part(PDF) + END, 422, "BAD_USER_INPUT"),
        (part(b"") + END, 422, "REQUIRED"),
        (part(PDF), 400, "BAD_REQUEST"),
        (part(PDF) + END[:-4], 400, "BAD_REQUEST"),
        (part(PDF)[:-30], 400, "BAD_REQUEST"),
        (b"", 400, "BAD_REQUEST"),
        (b"x" * 100_000, 400, "BAD_REQUEST"),
        (part(PDF, headers="Content-Length: 3\r\n") + END, 400, "BAD_REQUEST"),
        (part(PDF, headers="X: " + "y" * 100_000 + "\r\n") + END, 400, "BAD_REQUEST"),
        (part(PDF, headers="X: y\r\n" * 100) + END, 400, "BAD_REQUEST"),
    ],
    ids=range(14),
)
async def test_bodies_that_are_not_one_file(at: Doors, house: College, body: bytes, status: int, code: str) -> None:
    assert refusal(await at.post(house.ada, body))[:2] == (status, code)
    await nothing(at)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"content_type": "application/json"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content_type": "application/pdf"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content_type": "multipart/mixed; boundary=a"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content_type": "multipart/form-data"}, 400, "BAD_REQUEST"),
        ({"content_type": "multipart/form-data; boundary=" + "x" * 71}, 400, "BAD_REQUEST"),
        ({"content_type": "multipart/form-data; boundary=another"}, 400, "BAD_REQUEST"),
        ({"content_encoding": "gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"authorization": "Bearer " + str(UUID(int=0))}, 401, "UNAUTHENTICATED"),
    ],
)
async def test_headers_that_do_not_fit(
    at: Doors, house: College, headers: dict[str, str], status: int, code: str
) -> None:
    assert refusal(await at.post(house.ada, part(PDF) + END, **headers))[:2] == (status, code)
    await nothing(at)


async def test_other_methods(at: Doors, house: College) -> None:
    reader, writer = await at.line()
    writer.write(b"GET /files HTTP/1.1\r\nHost: a\r\n\r\n")
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert b"allow: POST" in answer
    writer.close()
